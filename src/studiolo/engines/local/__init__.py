"""What engines that run models in this process share: torch, the machine, the hub, safetensors."""
