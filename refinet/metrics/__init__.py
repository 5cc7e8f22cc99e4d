"PSNR, SSIM, and pictures beside each other"
from refinet._lazy import names_from

__getattr__ = names_from(__name__, 'scores pictures')
