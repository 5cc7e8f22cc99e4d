"The command `refinet`, and its verbs by what they are for"
from refinet.cli.command import app, main
from refinet.cli import training, enhancing, measuring, kaggle # each adds its verbs

__all__ = ['app', 'main', 'training', 'enhancing', 'measuring', 'kaggle']
