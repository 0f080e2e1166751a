"""Folders that this process may look into, not write."""

import os
from contextlib import contextmanager


@contextmanager
def no_permission_to_write(folder):
    """As another user, if we are root, whom permissions do not stop."""
    if os.geteuid() == 0:
        os.seteuid(65534)
        try:
            yield
        finally:
            os.seteuid(0)
        return
    paths = [folder, *folder.rglob("*")]
    for path in paths:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        yield
    finally:
        for path in paths:
            path.chmod(path.stat().st_mode | 0o200)
