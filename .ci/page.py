"The page in which nano runs in the visitor's browser: nbs/page, two ONNX files, an example, and onnxruntime-web out of its npm package"
import shutil, subprocess, sys, tarfile, tempfile
from pathlib import Path
from fastcore.script import call_parse
from refinet.data.collections import open_frames
from refinet.engines.onnx import export_onnx
from refinet.models.loading import load_model
from refinet.data.images import as_picture

package = 'onnxruntime-web@1.30.0'
wanted = [f'{o}.{end}' for o in ('ort-wasm-simd-threaded', 'ort-wasm-simd-threaded.asyncify') for end in ('mjs', 'wasm')] + ['ort.wasm.min.mjs', 'ort.webgpu.min.mjs']

def runtime(folder:Path):
    "The files of onnxruntime-web that the page loads"
    with tempfile.TemporaryDirectory() as d:
        subprocess.run(['npm', 'pack', '--silent', '--pack-destination', d, package], check=True, stdout=subprocess.DEVNULL)
        with tarfile.open(next(Path(d).glob('*.tgz'))) as tar:
            for o in wanted: (folder/o).write_bytes(tar.extractfile(f'package/dist/{o}').read())

@call_parse
def main(
    out:str,           # The folder; one of an earlier page is made anew
    model:str='nano_msafn', # A preset or a file of weights
):
    "Make the page"
    out = Path(out)
    if out.exists() and any(out.iterdir()) and not (out/'ort').is_dir(): sys.exit(f'{out} holds other things: give a new folder, or one of an earlier page')
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(Path(__file__).parent.parent/'nbs'/'page', out); (out/'ort').mkdir()
    net = load_model(model).eval()
    for o in ('lr', 'degraded'): export_onnx(net, out/f'nano_{o}.onnx', o)
    as_picture(open_frames('sample', 'test', frames=(4,))[4]).save(out/'example.png')
    runtime(out/'ort')
    size = sum(o.stat().st_size for o in out.rglob('*') if o.is_file())
    print(f"{out}: {len(list(out.rglob('*')))-1} files, {size/2**20:.0f} MB")
