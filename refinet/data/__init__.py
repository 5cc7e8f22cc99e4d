"Pictures and clips as frames, packs and crops"
from refinet._lazy import names_from

__getattr__ = names_from(__name__, 'images splits frames vimeo packs tar pairs collections crops')
