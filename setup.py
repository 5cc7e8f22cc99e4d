"Everything is in settings.ini: edit there, not here"
import shlex
from configparser import ConfigParser
from pathlib import Path
from setuptools import setup, find_packages

config = ConfigParser(delimiters=['='])
config.read('settings.ini', encoding='utf-8')
cfg = config['DEFAULT']
pkg = cfg['lib_path']
extras = {o:shlex.split(cfg[f'{o}_requirements']) for o in 'dev onnx openvino video camera kaggle hub app'.split()}

setup(
    **{o:cfg[o] for o in 'version description keywords author author_email'.split()},
    name=cfg['lib_name'], license='Apache-2.0', license_files=['LICENSE'], url=cfg['git_url'],
    project_urls=dict(Documentation=cfg['doc_host']+cfg['doc_baseurl']),
    classifiers=['Development Status :: 3 - Alpha', f"Intended Audience :: {cfg['audience']}",
                 f"Natural Language :: {cfg['language']}", 'Programming Language :: Python :: 3'],
    packages=find_packages(include=[pkg, f'{pkg}.*']), zip_safe=False,
    package_data={pkg: ['weights/*.safetensors', 'weights/*.md']},
    python_requires=f">={cfg['min_python']}",
    install_requires=shlex.split(cfg['requirements']), extras_require=extras,
    long_description=Path('README.md').read_text(encoding='utf-8'), long_description_content_type='text/markdown',
    entry_points=dict(console_scripts=shlex.split(cfg['console_scripts']), nbdev=[f'{pkg}={pkg}._modidx:d']))
