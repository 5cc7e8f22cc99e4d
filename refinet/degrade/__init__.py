"What a network sees, made from what it should give back"
from refinet._lazy import names_from

__getattr__ = names_from(__name__, 'resampling augment bicubic real coded')
