"""What `gpu_quarter_hour.sh` runs: the parts, each in a process of its own with a limit of its own, results written as they come

summary.json says of each part how it ended; PART.log holds what it printed. A part that fails, or takes too long, is a line there and not the end."""
import argparse, json, os, re, shutil, signal, subprocess, sys, tarfile, time, types
from pathlib import Path

root = Path(__file__).resolve().parent.parent
# part to the share of the time that it may take; the training gets what is left
shares = dict(doctor=.07, cells=.08, formats=.05, memory=.04, waits=.03, bench=.1, compiled=.08)

# ---- the parts: each takes the options, prints what it finds, and returns what goes into summary.json

def doctor(o):
    from refinet.report.doctor import doctor, report_text
    found = doctor(o.model, sizes=((448, 256), (1920, 1080)) if o.device != 'cpu' else ((96, 64), (128, 96)))
    print(report_text(found))
    return {k: found[k] for k in ('gpus', 'engines', 'training', 'problems')}

def stub_of_tests(): # where fastcore is not installed: what the cells use of it
    def test_eq(a, b): assert a == b, f'{a} != {b}'
    def test_close(a, b, eps=1e-5): assert abs(a - b).max() < eps
    tests = types.ModuleType('fastcore.test')
    tests.test_eq,tests.test_close,tests.__all__ = test_eq,test_close,['test_eq', 'test_close']
    sys.modules |= {'fastcore': types.ModuleType('fastcore'), 'fastcore.test': tests}

def cells_of(path): # the imports of a notebook, and its cells for a GPU
    sources = [''.join(c['source']) for c in json.loads(path.read_text(encoding='utf-8'))['cells'] if c['cell_type'] == 'code']
    flagged = [s for s in sources if re.search(r'^#\|\s*cuda\b', s, re.M)]
    imports = [s for s in sources if 'import' in s and not s.startswith('#| hide\n#| eval') and 'nbdev' not in s and all(
        re.match(r'\s*(#|from |import |$|[\w, ]+\)?$)', line) for line in s.splitlines())]
    return imports,flagged

def cells(o): # every cell with `#| cuda` of every notebook
    try: import fastcore.test
    except ImportError: stub_of_tests()
    found = {}
    for path in sorted((root/'nbs').rglob('*.ipynb')):
        imports,flagged = cells_of(path)
        for k,cell in enumerate(flagged):
            print(f'--- {path.stem}, cell {k+1}', flush=True)
            if o.device == 'cpu': # there is nothing to run it on: that its imports are there is what can be known
                for s in imports: exec(s, {'__name__': 'cell'})
                found[f'{path.stem} {k+1}'] = 'no GPU'
                continue
            names = {'__name__': 'cell'}
            try:
                for s in imports: exec(s, names)
                exec(cell, names)
                found[f'{path.stem} {k+1}'] = 'ok'
            except Exception as e: found[f'{path.stem} {k+1}'] = f'{type(e).__name__}: {e}'
            print(found[f'{path.stem} {k+1}'], flush=True)
    return found

def small(device, steps, amp, callbacks=()): # a trainer of a toy network
    import torch
    from refinet.train.trainer import small_trainer
    t = small_trainer(steps=steps, amp=amp, device=device, callbacks=callbacks)
    if amp == torch.float16: t.scaler = torch.amp.GradScaler(torch.device(device).type)
    return t

def formats(o): # a run begun in one number format, and on one device, goes on in another
    import tempfile, torch
    from refinet.train.checkpoints import Checkpoint, resume
    ways = dict.fromkeys([('cpu', None), ('cpu', torch.bfloat16), (o.device, torch.bfloat16), (o.device, torch.float16)])
    found = {}
    for a in ways:
        for b in ways:
            if a == b: continue
            with tempfile.TemporaryDirectory() as d:
                small(a[0], 2, a[1], [Checkpoint(d)]).fit()
                t = small(b[0], 4, b[1])
                assert resume(t, d) and t.step == 2
                t.fit()
                good = t.step == 4 and all(p.isfinite().all() for p in t.model.parameters())
            found[f'{a[0]} {a[1]} to {b[0]} {b[1]}'.replace('torch.', '')] = 'ok' if good else 'broken'
    print(json.dumps(found, indent=1))
    assert set(found.values()) == {'ok'}
    return found

def memory(o): # what a step takes, against what was computed without one
    import torch
    from refinet.core.platform import amp_dtype
    from refinet.data.collections import open_frames
    from refinet.data.crops import CropSampler
    from refinet.degrade.bicubic import Degrade
    from refinet.models.loading import create_model
    from refinet.train.loop import Supervised
    from refinet.train.memory import training_bytes
    from refinet.train.trainer import Trainer
    rows = []
    for name,batch,size in ((o.model, o.batch, o.size), ('light_msafn', 64, 96), ('msafn_seed', 16, 96))[:3 if o.device != 'cpu' else 1]:
        task = Supervised(create_model(name), amp=amp_dtype(o.device))
        row = dict(model=name, batch=batch, size=size, computed_gib=round(training_bytes(task, batch, size)/2**30, 3))
        if o.device != 'cpu':
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
            Trainer(task, CropSampler(open_frames('sample'), size, batch), Degrade(), 4, 10, device=o.device).fit()
            row['measured_gib'] = round(torch.cuda.max_memory_allocated()/2**30, 3)
        rows.append(row)
        print(row, flush=True)
    return rows

def waits(o): # does a step make the CPU wait? torch's own alarm, with everything in the step
    import torch
    from refinet.degrade.real import RealDegrade
    from refinet.distill.distiller import Distiller, Guide
    from refinet.models.loading import create_model
    from refinet.train.callbacks import EMA, Clip, LossSpikeRollback
    from refinet.train.optimizers import make_optimizer
    from refinet.train.settings import recipes
    from refinet.train.trainer import StopOnNaN, small_trainer
    t = small_trainer(device=o.device, callbacks=[Guide('adaptive'), Clip(), StopOnNaN(), LossSpikeRollback(), EMA()])
    pair = [create_model('nano_msafn', dim=8, trunk=8, blocks=1) for _ in range(2)]
    t.task = t.parallel = Distiller(*pair, kl=.1, mask=.1, wavelet=.1, mimic=.1, affinity=.1, upcycle=.1).to(t.device)
    t.params = [p for p in t.task.parameters() if p.requires_grad]
    t.opt,t.degrade = make_optimizer(recipes['fast']['optimizer'], t.params, 1e-3),RealDegrade(seed=0)
    t.call('before_fit')
    found = {}
    for t.step in range(1, 8):
        crops,t.numbers = t.sampler(t.step)
        if t.step > 4 and t.device.type == 'cuda': torch.cuda.set_sync_debug_mode('error') # what is made once has been made
        try:
            t.one_step(crops)
            t.call('after_step')
            found[t.step] = 'ok'
        except RuntimeError as e: found[t.step] = str(e)[:300]
        finally:
            if t.device.type == 'cuda': torch.cuda.set_sync_debug_mode('default')
    print(found)
    return found

def bench(o): # milliseconds of a frame, and steps a second in each number format
    import torch
    from unittest.mock import patch
    from refinet.report.bench import bench
    from refinet.report.loaders import bench_train
    names = ['nano_msafn', 'light_msafn', 'msafn'] if o.device != 'cpu' else [o.model]
    size = '448x256' if o.device != 'cpu' else '64x48'
    found = dict(frames=bench(names, size, 5, device=o.device, engines=('torch',))['rows'], training=[])
    for dtype in (torch.bfloat16, torch.float16, None) if o.device != 'cpu' else (None,):
        with patch('refinet.report.loaders.amp_dtype', lambda device: dtype):
            for row in bench_train([o.model], o.batch, o.size, 5, o.device)['rows']:
                found['training'].append(row | dict(dtype=str(dtype or torch.float32).removeprefix('torch.'), compiled=False))
                print(found['training'][-1], flush=True)
    return found

def compiled(o): # the same with torch.compile: worth its minute?
    from refinet.core.platform import amp_dtype
    from refinet.report.loaders import bench_train
    if o.device == 'cpu': return {} # minutes, for nothing that a GPU would not show better
    row = bench_train([o.model], o.batch, o.size, 5, o.device, compile=True)['rows'][0]
    print(row)
    return row | dict(dtype=str(amp_dtype(o.device)).removeprefix('torch.'), compiled=True)

def train(o): # with the fastest settings found, for the time that is left; a second call goes on with it
    import torch
    from unittest.mock import patch
    from refinet.models.weights import save_model
    from refinet.train.loop import Callback
    from refinet.train.recipes import train
    class EachMinute(Callback):
        "The mean of the weights, in half precision, small enough to travel"
        def before_fit(self, t): self.last = time.monotonic()
        def write(self, t):
            save_model(getattr(t, 'ema', t.model), o.out/f'{o.model}.safetensors', o.model, half=True, steps=t.step)
            self.last = time.monotonic()
        def after_step(self, t):
            if time.monotonic() - self.last > 60: self.write(t)
        def after_fit(self, t): self.write(t)
    plan = o.run/'plan.json'
    if not plan.exists():
        o.run.mkdir(parents=True, exist_ok=True)
        plan.write_text(json.dumps(fastest(o)))
    chosen = json.loads(plan.read_text())
    dtype = None if chosen['dtype'] == 'float32' else getattr(torch, chosen['dtype'])
    print(chosen, flush=True)
    with patch('refinet.train.recipes.amp_dtype', lambda device: dtype):
        found = train(o.pack, o.run/'training', o.model, device=o.device, init=o.init or None, resume=True, time_limit=max(o.seconds-15, 5),
                      batch=o.batch, size=o.size, steps=chosen['steps'], epoch_steps=chosen['epoch_steps'], lr=o.lr, ema=.999,
                      compile=chosen['compiled'], threads=8 if o.device != 'cpu' else 1, callbacks=[EachMinute()])
    if (log := o.run/'training'/'log.csv').exists(): shutil.copy(log, o.out/'log.csv')
    return found | chosen

def fastest(o): # number format, compiled or not, and the steps that `o.total` seconds hold
    done = json.loads((o.out/'summary.json').read_text())
    rows = [*(done.get('bench', {}).get('found') or {}).get('training', []), (done.get('compiled', {}).get('found') or {})]
    best = max((r for r in rows if r.get('steps_per_s')), key=lambda r: r['steps_per_s'], default=dict(dtype='float32', compiled=False, steps_per_s=1.))
    steps = max(int(best['steps_per_s']*o.total*.85), 20)
    return dict(dtype=best['dtype'], compiled=best['compiled'], steps=steps, epoch_steps=max(steps//10, 10))

# ---- one after the other

parts = dict(doctor=doctor, cells=cells, formats=formats, memory=memory, waits=waits, bench=bench, compiled=compiled, train=train)

def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument('pack', type=Path)
    p.add_argument('out', type=Path)
    p.add_argument('--seconds', type=float, default=560, help='of this call, all parts together')
    p.add_argument('--total', type=float, default=780, help='of training, all calls together: the learning rate falls to nothing by then')
    p.add_argument('--model', default='msafn')
    p.add_argument('--init', default='', help='weights to start from; the shipped ones by default, none: afresh')
    p.add_argument('--batch', type=int, default=64)
    p.add_argument('--size', type=int, default=128)
    p.add_argument('--lr', type=float, help="the peak of the rate; the recipe's by default")
    p.add_argument('--device', default='')
    p.add_argument('--run', type=Path, default=Path('runs/gpu_quarter_hour'), help='where the training is kept between two calls')
    p.add_argument('--only', default='', help='parts, with commas between')
    p.add_argument('--part', default='', help=argparse.SUPPRESS)
    o = p.parse_args()
    if not o.pack.is_dir(): sys.exit(f'{o.pack}: no such folder: make it with zoo/gpu_pack.py')
    if unknown := set(filter(None, o.only.split(','))) - set(parts): sys.exit(f"no part {', '.join(unknown)}: there are {', '.join(parts)}")
    return o

def settle(o): # what the options leave open
    import torch
    from refinet.models.weights import shipped_weights
    o.device = o.device or ('cuda' if torch.cuda.is_available() else 'cpu')
    there = root/'weights'/f'{o.model}.bicubic.safetensors'
    if not o.init: o.init = str(there) if there.exists() else str(shipped_weights(f'{o.model}.bicubic') or '')
    if o.init == 'none': o.init = ''
    return o

def one_part(o):
    found = parts[o.part](settle(o))
    (o.out/f'{o.part}.json').write_text(json.dumps(found, default=str))

def note(o, name, **facts): # into summary.json, at once
    path = o.out/'summary.json'
    found = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(found | {name: facts}, indent=1, default=str))

def supervise(o, name, limit): # a part in a process of its own
    started,log = time.monotonic(),o.out/f'{name}.log'
    command = [sys.executable, __file__, *sys.argv[1:], '--part', name, '--seconds', str(limit)]
    with log.open('w') as f:
        child = subprocess.Popen(command, stdout=f, stderr=subprocess.STDOUT, start_new_session=True)
        try: code = child.wait(limit)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGTERM) # a training saves and goes
            try: code = child.wait(10)
            except subprocess.TimeoutExpired: os.killpg(child.pid, signal.SIGKILL); code = child.wait()
            code = code or 'took too long'
    result = o.out/f'{name}.json'
    found = json.loads(result.read_text()) if result.exists() else None
    result.unlink(missing_ok=True)
    note(o, name, status='ok' if code == 0 else code, seconds=round(time.monotonic()-started, 1), limit=round(limit), found=found)
    last = (log.read_text(errors='replace').strip().splitlines() or [''])[-1][:150]
    print(f"{name}: {'ok' if code == 0 else f'failed ({code}): {last}'}, {time.monotonic()-started:.0f} of {limit:.0f} s", flush=True)

def main():
    o = options()
    if o.part: return one_part(o)
    o.out.mkdir(parents=True, exist_ok=True)
    end,wanted = time.monotonic() + o.seconds,o.only.split(',') if o.only else list(parts)
    for name in wanted:
        left = end - time.monotonic() - 5 # to pack what there is
        if left < 3: break
        supervise(o, name, left if name == 'train' else min(max(shares[name]*o.seconds, 25), left))
    with tarfile.open(o.out/'logs.tar.gz', 'w:gz') as tar: # few files, so that all of them can be taken home
        for path in sorted(o.out.glob('*.log')): tar.add(path, path.name); path.unlink()
    for path in sorted(o.out.iterdir()): print(f'{path.name}: {path.stat().st_size/2**20:.2f} MiB')
    done = json.loads((o.out/'summary.json').read_text())
    bad = [k for k in wanted if done.get(k, {}).get('status') != 'ok']
    print(f"a quarter of an hour: {len(wanted)-len(bad)} passed, {len(bad)} failed" + (f" ({', '.join(bad)})" if bad else ''))
    sys.exit(bool(bad))

if __name__ == '__main__': main()
