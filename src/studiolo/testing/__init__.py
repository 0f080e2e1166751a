"""The promises every engine keeps, as test suites to subclass.

In the tests of your engine's package::

    from studiolo.testing import ImageEngineContract

    class TestMyEngine(ImageEngineContract):
        def make_engine(self):
            return MyImageEngine()

Nothing here needs pytest itself: the tests are plain methods with plain asserts. With pytest, the line
``pytest.register_assert_rewrite("studiolo.testing")`` in ``conftest.py`` makes failures more talkative.
"""

from studiolo.testing.chat import ChatEngineContract
from studiolo.testing.image import ImageEngineContract
from studiolo.testing.speech import SpeechEngineContract

__all__ = ["ChatEngineContract", "ImageEngineContract", "SpeechEngineContract"]
