"An environment of the oldest versions that settings.ini allows, and the quick tests in it: `python .ci/lower_bounds.py FOLDER`. A bound that was never installed is a guess."
import configparser, os, re, shlex, subprocess, sys, venv
from pathlib import Path

root = Path(__file__).resolve().parent.parent

def bounds(cfg)->tuple[list, list]: # pinned to their lower bounds; the rest as it stands
    "What the package and its extras require"
    names = [o for o in cfg if o.endswith('requirements') and o != 'dev_requirements']
    wanted = dict.fromkeys(o for k in ['requirements', *names] for o in shlex.split(cfg[k]))
    pinned = {m[1]: f'{m[1]}=={m[2]}' for o in wanted if (m := re.fullmatch(r'([\w-]+)>=([\d.]+)', o))}
    tools = [o for o in shlex.split(cfg['dev_requirements']) if re.match(r'[\w-]+', o)[0] not in pinned]
    free = [o for o in wanted if re.match(r'[\w-]+', o)[0] not in pinned and o not in tools]
    return list(pinned.values()), tools + free

def main(folder, only=''):
    config = configparser.ConfigParser(delimiters=['=']); config.read(root/'settings.ini', encoding='utf-8')
    pinned,rest = bounds(config['DEFAULT'])
    print('\n'.join(pinned), flush=True)
    python = Path(folder)/('Scripts' if os.name == 'nt' else 'bin')/'python'
    if not python.exists(): venv.create(folder, with_pip=True)
    pip = [str(python), '-m', 'pip', 'install', '-q', '--disable-pip-version-check']
    subprocess.run([*pip, *pinned, *rest, 'setuptools<81', 'wheel'], check=True)
    subprocess.run([*pip, '--no-deps', '--no-build-isolation', '-e', str(root)], check=True)
    # VIRTUAL_ENV: IPython would take packages from the one that this was started in
    env = os.environ | dict(PATH=f"{python.parent}{os.pathsep}{os.environ['PATH']}", VIRTUAL_ENV=str(Path(folder).resolve()))
    return subprocess.run([str(python), str(root/'.ci'/'nbtest.py'), *(['--only', only] if only else [])], env=env).returncode

if __name__ == '__main__': sys.exit(main(*sys.argv[1:]))
