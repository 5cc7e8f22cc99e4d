"""The package as its users meet it: the built wheel in an empty folder, each console line of the README, each Python snippet in a fresh
interpreter. Each name of the
package that the text of a notebook mentions is looked for. Ends with 'N passed, N failed'. What a line needs (pictures, a clip, frames) is made first; trainings get four steps."""
import json, os, re, subprocess, sys, tempfile, venv
from pathlib import Path

root = Path(__file__).resolve().parent.parent
shorter = {'train': '--steps 4 --batch 2 --size 32 --device cpu', 'distill': '--steps 4 --batch 2 --size 32 --device cpu', 'demo': '--quick'}
left_out = ('git clone', 'pip install') # the registry's and the clone's own business; `refinet demo` behind them is run

def install(folder)->Path:
    "The wheel in an environment of its own, which borrows what it requires from this one; its interpreter"
    run([sys.executable, '-m', 'pip', 'wheel', '-q', '--no-deps', '-w', folder/'wheel', root])
    venv.create(folder/'venv', with_pip=False)
    python = folder/'venv'/('Scripts' if os.name == 'nt' else 'bin')/'python'
    here,there = (run([o, '-c', 'import sysconfig; print(sysconfig.get_path("purelib"))']).strip() for o in (sys.executable, python))
    run([sys.executable, '-m', 'pip', '-q', '--python', python, 'install', '--no-deps', '--no-index', '--prefix', folder/'venv', next((folder/'wheel').glob('*.whl'))])
    (Path(there)/'borrowed.pth').write_text(here + '\n')
    return python

def run(command, **kw):
    got = subprocess.run([str(o) for o in command], text=True, capture_output=True, **kw)
    if got.returncode: raise AssertionError(f"{' '.join(map(str, command))[:200]}: status {got.returncode}: {(got.stderr.strip().splitlines() or ['nothing said'])[-1][:300]}")
    return got.stdout

make_inputs = """
from pathlib import Path
import numpy as np, av
from PIL import Image
from refinet.data.collections import open_frames
frame = Image.fromarray(open_frames('sample', 'test', frames=(4,))[2].permute(1, 2, 0).numpy())
frame.resize((112, 64)).save('holiday.png')
for d in ('frames', 'Set5', 'kaggle/input'): Path(d).mkdir(parents=True)
for i in range(6): frame.rotate(90*i, expand=True).resize((24, 16)).resize((96, 64), 3).save(f'frames/{i}.png')
for d in ('Set5', 'kaggle/input'):
    for i in range(12): frame.crop((4*i, 2*i, 4*i+96, 2*i+96)).save(f'{d}/photo {chr(97+i)}.png')
with av.open('call.mp4', 'w') as o:
    v = o.add_stream('libx264', rate=25); v.width, v.height, v.pix_fmt = 96, 64, 'yuv420p'
    for i in range(8): o.mux(v.encode(av.VideoFrame.from_ndarray(np.asarray(frame.resize((24, 16), 3, (i, i, i+400, i+240)).resize((96, 64), 3)), format='rgb24')))
    o.mux(v.encode())
"""

def console_lines(text):
    "Each line of the README's shell blocks that starts the command, without its comment"
    for block in re.findall(r'```bash\n(.*?)```', text, re.S):
        for line in block.splitlines():
            for part in line.split('#')[0].split('&&'):
                if part.strip() and not part.strip().startswith((*left_out, 'cd ', 'python .ci')): yield part.strip()

def names_told():
    "Each `refinet.a.b` between backquotes in the text of a notebook"
    found = set()
    for fn in (root/'nbs').rglob('*.ipynb'):
        for c in json.loads(fn.read_text(encoding='utf-8'))['cells']:
            if c['cell_type'] == 'markdown': found |= {n for o in re.findall(r'`([^`\n]+)`', ''.join(c['source'])) for n in re.findall(r'(?<![\w/.-])refinet(?:\.[a-zA-Z_]\w*)+', o)}
    return sorted(found)

look_up = """
import pkgutil, sys
wrong = []
for o in sys.argv[1:]:
    try: pkgutil.resolve_name(o)
    except (ImportError, AttributeError): wrong.append(o)
if wrong: sys.exit('not in the package: ' + ', '.join(wrong))
"""

def try_line(line, folder, env):
    "Run one line in `folder`; the page is started, asked, and stopped by the browser's tests"
    words = line.replace('/kaggle/input/...', 'kaggle/input').split()
    verb = words[1]
    if verb == 'app': words += ['--help']
    return run([*words, *shorter.get(verb, '').split()], cwd=folder, env=env, timeout=900)

def main():
    names = names_told()
    text,count = (root/'README.md').read_text(encoding='utf-8'),dict(passed=0, failed=0)
    with tempfile.TemporaryDirectory() as d:
        d = Path(d); python = install(d); folder = d/'empty'; folder.mkdir()
        env = {k:v for k,v in os.environ.items() if k not in ('PYTHONPATH', 'REFINET_DATA')}
        env |= dict(PATH=f'{python.parent}{os.pathsep}{env["PATH"]}', XDG_CACHE_HOME=str(d/'cache'))
        where = run([python, '-c', 'import refinet; print(refinet.__file__)'], cwd=folder, env=env)
        assert str(d) in where, f'the wheel is not what runs: {where}'
        run([python, '-c', make_inputs], cwd=folder, env=env)
        tries = [(o, lambda o=o: try_line(o, folder, env)) for o in console_lines(text)]
        tries += [(f'snippet: {o.splitlines()[-1]}', lambda o=o: run([python, '-c', o], cwd=folder, env=env)) for o in re.findall(r'```python\n(.*?)```', text, re.S)]
        tries += [(f'{len(names)} names in the notebooks', lambda: run([python, '-c', look_up, *names], cwd=folder, env=env))]
        for name,call in tries:
            try: call(); count['passed'] += 1; print(f'ok   {name}', flush=True)
            except (AssertionError, subprocess.TimeoutExpired) as e: count['failed'] += 1; print(f'FAIL {name}: {e}', flush=True)
    print(f"as a user: {count['passed']} passed, {count['failed']} failed")
    return count['failed']

if __name__ == '__main__': sys.exit(bool(main()))
