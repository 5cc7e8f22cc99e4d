"Frames, pictures, clips and folders"
from refinet._lazy import callable_package, names_from

__getattr__ = names_from(__name__, 'tiles fused_convs fused sharpness strength pictures reading_clips writing_clips clips folders streams')
callable_package(__name__, 'enhance')
