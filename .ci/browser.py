"""Widgets, app and page in headless Chromium: sliders moved, dividers dragged, buttons pressed, changed pixels and figures read.
Screenshots go to the folder given (or a new one). Without Chromium or Playwright everything is skipped. Ends with 'N passed, N failed, N skipped'."""
import contextlib, functools, http.server, io, json, os, re, shutil, socket, subprocess, sys, tempfile, threading, time, urllib.request
from pathlib import Path

root = Path(__file__).parent.parent
tests,on_request = [],[]
def test(f): tests.append(f); return f

## What all have in common

def free_port():
    with socket.socket() as s: s.bind(('127.0.0.1', 0)); return s.getsockname()[1]

@contextlib.contextmanager
def started(command, url, **kw):
    "A server in a process of its own, once it answers"
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **kw)
    try:
        for _ in range(360):
            with contextlib.suppress(OSError): urllib.request.urlopen(url, timeout=10); break
            assert process.poll() is None, f'{command[2:4]} ended'
            time.sleep(.25)
        yield
    finally: process.terminate(); process.wait(30)

def pixels(locator):
    import numpy as np
    from PIL import Image
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert('RGB')).astype(int)

def changed(a, b): # share of pixels that differ
    return (abs(a - b).max(2) > 8).mean() if a.shape == b.shape else 1.

def drag(page, locator, start, end): # fractions of its width
    locator.scroll_into_view_if_needed()
    b = locator.bounding_box(); y = b['y'] + b['height']/2
    page.mouse.move(b['x'] + b['width']*start, y); page.mouse.down()
    page.mouse.move(b['x'] + b['width']*end, y, steps=5); page.mouse.up()

def until(page, f, seconds=60, what='it'):
    "What `f` returns, as soon as that is true"
    end = time.monotonic() + seconds
    while not (got := f()):
        assert time.monotonic() < end, f'{what() if callable(what) else what}: not within {seconds} s'
        page.wait_for_timeout(50)
    return got

def sample(): # a true frame of the sample, as a picture
    from refinet.data.collections import open_frames
    from refinet.data.images import as_picture
    return as_picture(open_frames('sample', 'test', frames=(4,))[2])

## The page that runs without a server

class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {'.mjs': 'text/javascript', '.wasm': 'application/wasm'}
    def log_message(self, *args): pass

@functools.cache
def static_folder(): # made once
    d = tempfile.TemporaryDirectory()
    made = subprocess.run([sys.executable, root/'.ci'/'page.py', f'{d.name}/try'], capture_output=True, text=True)
    return None if made.returncode else d

@contextlib.contextmanager
def served(handler, *args, **kw):
    "A server in a thread of this process: its URL"
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), functools.partial(handler, *args, **kw))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try: yield f'http://127.0.0.1:{server.server_port}/'
    finally: server.shutdown(); server.server_close()

@contextlib.contextmanager
def static_site():
    "The static page, served; None where npm or its registry is out of reach"
    folder = static_folder()
    if folder is None: yield None; return
    with served(Quiet, directory=folder.name) as url: yield url + 'try/'

def said(page): return page.locator('#said').inner_text()
def ready(page): return until(page, lambda: re.match(r'\d+x\d+, \d+ ms', said(page)) and said(page), 90, lambda: said(page))

@test
def static_page(browser, shots):
    "The static page: example, dropped file, divider, sizes, camera; the network's numbers are those of the package"
    import numpy as np
    from refinet.app import figures, try_picture
    from refinet.models.loading import load_model
    with static_site() as url:
        if url is None: return 'skipped: no npm, or no registry'
        context = browser.new_context(viewport=dict(width=1000, height=860), permissions=['camera'])
        page,away = context.new_page(),[]
        page.on('request', lambda o: away.append(o.url) if not o.url.startswith((url, 'blob:', 'data:')) else None)
        start = time.monotonic(); page.goto(url + '?engine=wasm'); first = ready(page); loaded = time.monotonic() - start
        page.screenshot(path=shots/'page-example.png')
        with tempfile.TemporaryDirectory() as d:
            sample().save(f'{d}/frame.png'); page.set_input_files('#file', f'{d}/frame.png')
            line = until(page, lambda: said(page) != first and ready(page))
            before,after = map(float, re.search(r'before ([\d.]+) dB, after ([\d.]+)', line).groups())
            ours = [float(o['PSNR, dB']) for o in figures(try_picture(load_model('nano_msafn'), sample(), True, True))]
            assert np.allclose([before, after], ours, atol=.02) and after > before, (line, ours)
            view = page.locator('#view'); was = pixels(view); drag(page, view, .5, .2); now = pixels(view)
            assert page.locator('#view').get_attribute('aria-valuenow') == '20' and changed(was[:, :180], now[:, :180]) < .02 < changed(was[:, 220:470], now[:, 220:470])
            view.press('ArrowRight'); assert view.get_attribute('aria-valuenow') == '22'
            for key,where in (('End', '100'), ('Home', '0')): view.press(key); assert view.get_attribute('aria-valuenow') == where
            drag(page, view, .3, .5); was = pixels(view); view.press('+'); assert changed(was, pixels(view)) > .05; view.press('0'); assert changed(was, pixels(view)) < .02
            page.screenshot(path=shots/'page-dragged.png')
            page.select_option('#mode', 'same'); same = until(page, lambda: 'dB' not in said(page) and ready(page)); assert same.startswith('448x256')
            page.select_option('#mode', 'larger'); assert until(page, lambda: said(page).startswith('1792x1024') and said(page))
            with page.expect_download() as got: page.click('#save')
            assert got.value.suggested_filename == 'enhanced.png'
            Path(f'{d}/notes.png').write_text('no picture'); page.set_input_files('#file', f'{d}/notes.png')
            until(page, lambda: 'notes.png is not a picture' in said(page))
        page.select_option('#mode', 'shrink'); page.click('#camera'); live = until(page, lambda: said(page).startswith('640x') and said(page), 30, 'camera')
        assert 'after' in live and 'dB' in live, live # the camera's own frame is the truth
        page.select_option('#mode', 'same'); until(page, lambda: said(page).startswith('640x') and 'dB' not in said(page), 30, 'the mode of the camera')
        was = pixels(page.locator('#after')); until(page, lambda: changed(was, pixels(page.locator('#after'))) > .001, 30, 'a new frame')
        page.screenshot(path=shots/'page-camera.png'); page.click('#camera'); context.close()
        for scheme in ('light', 'dark'): # a phone
            context = browser.new_context(viewport=dict(width=360, height=640), color_scheme=scheme); page = context.new_page(); page.goto(url + '?engine=wasm'); ready(page)
            wide = page.evaluate('[document.documentElement.scrollWidth, innerWidth]'); assert wide[0] <= wide[1], f'{wide}: it scrolls sideways'
            ground = page.evaluate("getComputedStyle(document.body).backgroundColor"); assert (int(re.search(r'\d+', ground)[0]) < 90) == (scheme == 'dark'), ground
            page.screenshot(path=shots/f'page-phone-{scheme}.png'); context.close()
        assert not away, away
        return f'ready after {loaded:.1f} s; a frame of 448x256: {line}; camera: {live}; nothing asked of another machine'

class Elsewhere(Quiet):
    "Another machine, as far as a browser knows: it answers whoever asks, and counts"
    def __init__(self, *args, asked, **kw): self.asked = asked; super().__init__(*args, **kw)
    def do_GET(self):
        self.asked.append(self.path); self.send_response(200); self.send_header('Access-Control-Allow-Origin', '*'); self.send_header('Content-Length', '2'); self.end_headers(); self.wfile.write(b'ok')

def sample_clip(*dests): # three clips of the sample, to and fro
    import numpy as np
    from refinet.data.collections import open_frames
    from refinet.data.images import as_picture
    frames = open_frames('sample', 'test'); shown = [7*(i//30) + min(i%12, 12 - i%12) for i in range(90)]
    raw = b''.join(np.asarray(as_picture(frames[i])).tobytes() for i in shown)
    command = ['ffmpeg', '-y', '-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', '448x256', '-r', '20', '-i', '-']
    for dest in dests: subprocess.run([*command, '-pix_fmt', 'yuv420p', *(['-b:v', '2M'] if dest.endswith('.webm') else []), dest], input=raw, check=True)

def call_figures(page): # of the call, once 15 frames have been measured; None before
    told = page.evaluate("Object.fromEntries(['received', 'enhanced', 'gained', 'rate', 'time', 'sent'].map(o => [o, document.getElementById(o).innerText]))") # at one moment
    if not (n := re.search(r'mean of (\d+)', told['gained'])) or int(n[1]) < 15: return None
    first = lambda o: float(re.match(r'[\d.]+', told[o])[0])
    return dict(before=first('received'), after=first('enhanced'), frames=int(first('rate')), ms=first('time'), sent=told['sent'])

remember_calls = "window.peers = []; const Own = RTCPeerConnection; window.RTCPeerConnection = class extends Own { constructor(...o) { super(...o); peers.push(this) } }"
call_ways = """async () => (await Promise.all(peers.filter(o => o.connectionState == 'connected').map(async o => {
    const all = await o.getStats(), pair = [...all.values()].find(s => s.type == 'candidate-pair' && s.nominated && s.state == 'succeeded')
    return [o.getConfiguration().iceServers.length, all.get(pair.localCandidateId).candidateType, all.get(pair.remoteCandidateId).candidateType] })))"""

@test
def call(browser, shots):
    "A call with oneself, its camera fed from a file: frames enhanced and their PSNR at two bitrates, and no way out of the page"
    if not shutil.which('ffmpeg'): return 'skipped: no ffmpeg'
    asked,errors,away,lines = [],[],[],[]
    with static_site() as url, served(Elsewhere, asked=asked) as other, tempfile.TemporaryDirectory() as d:
        if url is None: return 'skipped: no npm, or no registry'
        sample_clip(f'{d}/camera.y4m', f'{d}/clip.webm')
        own = browser.browser_type.launch(executable_path=find_chromium(), args=[*flags, f'--use-file-for-fake-video-capture={d}/camera.y4m'])
        def start(query='', **kw):
            page = own.new_context(permissions=['camera'], **kw).new_page(); page.add_init_script(remember_calls)
            page.on('pageerror', lambda o: errors.append(str(o))); page.on('request', lambda o: away.append(o.url) if not o.url.startswith((url, 'blob:' + url.split('/try')[0], 'data:')) else None)
            page.goto(url + 'call.html?engine=wasm' + query); until(page, lambda: said(page).startswith('ready'), 60, lambda: said(page)); return page
        try:
            page = start(viewport=dict(width=1000, height=900)); page.uncheck('#auto')
            got = []
            for size,factor,rate in (('320x180', '1', '150'), ('320x180', '1', '1000'), ('160x90', '2', '300')):
                for k,v in (('size', size), ('factor', factor), ('bitrate', rate)): page.select_option(f'#{k}', v)
                if not got: page.click('#camera')
                page.wait_for_timeout(3000); page.select_option('#bitrate', '600'); page.select_option('#bitrate', rate) # once the call has found its rate, the mean begins anew
                o = until(page, lambda: call_figures(page), 40, lambda: said(page)); got.append(o)
                lines.append(f"{size} shown x{factor} at {rate} kbit/s ({o['sent']}): {o['frames']} frames in {o['ms']:.0f} ms each, {o['before']:.2f} dB received, {o['after']:.2f} dB enhanced")
                page.screenshot(path=shots/f'call-{size}-{rate}.png')
            low,high,small = got
            assert all(o['frames'] >= 15 for o in got) and low['before'] > 30 and high['before'] > low['before'] + 1, lines
            assert abs(low['after'] - low['before']) < .5 and small['after'] > small['before'] + .1, lines
            after = page.locator('#after'); was = pixels(after); until(page, lambda: changed(was, pixels(after)) > .001, 30, 'a new frame')
            view = page.locator('#view'); view.press('End'); assert view.get_attribute('aria-valuenow') == '100'
            drag(page, view, .9, .3); assert view.get_attribute('aria-valuenow') == '30'
            ways = page.evaluate(call_ways); assert ways == [[0, 'host', 'host']]*2, ways # both ends here, and no server that knows of them
            page.click('#stop'); assert said(page).startswith('the call is over'); page.set_input_files('#file', f'{d}/clip.webm')
            until(page, lambda: call_figures(page), 40, lambda: said(page)); page.screenshot(path=shots/'call-clip.png')
            Path(f'{d}/notes.webm').write_text('no clip'); page.set_input_files('#file', f'{d}/notes.webm'); until(page, lambda: 'notes.webm is not a clip' in said(page))
            assert not away and len(page.workers) == 1, (away, page.workers)
            fetched = 'async url => { try { return await (await fetch(url)).text() } catch { return "refused" } }'
            assert [o.evaluate(fetched, other) for o in (page, page.workers[0])] == ['refused']*2 and not asked, asked # the policy holds in the worker too
            free = own.new_page(); free.goto(url + 'page.css'); assert free.evaluate(fetched, other) == 'ok' and asked; page.context.close() # without it the same is let out
            for scheme in ('light', 'dark'): # a phone; one of them is too slow for all of it
                page = start('&budget=1' if scheme == 'dark' else '', viewport=dict(width=360, height=640), color_scheme=scheme)
                page.select_option('#factor', '1'); page.focus('#camera'); page.keyboard.press('Enter')
                if scheme == 'dark': until(page, lambda: '320x180 took' in said(page) and 'now 160x90' in said(page), 60, lambda: said(page)); until(page, lambda: 'no smaller size' in said(page), 60, lambda: said(page))
                else: until(page, lambda: call_figures(page), 60, lambda: said(page))
                wide = page.evaluate('[document.documentElement.scrollWidth, innerWidth]'); assert wide[0] <= wide[1], f'{wide}: it scrolls sideways'
                page.screenshot(path=shots/f'call-phone-{scheme}.png', full_page=True); page.context.close()
            assert not errors, errors
        finally: own.close()
    return '; '.join(lines) + '; nothing asked of another machine'

## How fast it is without a server

class Isolated(Quiet):
    "A page that may have threads: its server says that it shares nothing with others"
    def end_headers(self):
        self.send_header('Cross-Origin-Opener-Policy', 'same-origin'); self.send_header('Cross-Origin-Embedder-Policy', 'require-corp'); super().end_headers()

time_it = """async ([names, w, h, runs, asked]) => { // median milliseconds of each, in turn, and the first one's answer
  const { load } = await import('./engine.js'), { engine, run, threads } = await load(names, asked), data = Float32Array.from({ length: 3*w*h }, (_, i) => i * 7919 % 256 / 255)
  const ms = names.map(() => []); let first
  for (let k = 0; k < runs; k++) for (const [i, o] of names.entries()) { const made = await run(o, { w, h, data }); ms[i].push(made.ms); if (!k && !i) first = Array.from(made.out.data) }
  return { engine, threads, ms: ms.map(o => o.sort((a, b) => a - b)[runs >> 1]), first }
}"""

def native(path, x, threads, runs): # milliseconds, and the answer
    import onnxruntime
    options = onnxruntime.SessionOptions(); options.intra_op_num_threads = threads
    session,ms = onnxruntime.InferenceSession(str(path), options, providers=['CPUExecutionProvider']),[]
    for _ in range(runs):
        start = time.perf_counter(); made, = session.run(None, {session.get_inputs()[0].name: x}); ms.append((time.perf_counter() - start)*1000)
    return sorted(ms)[runs//2],made

def apart(got, true): # steps of 255 between a page's first answer, 0 to 1, and an answer of `native`
    import numpy as np
    most = np.abs(np.array(got['first'])*255 - (true.clip(0, 1)*255).flat).max()
    assert most <= 1, f'{most} of 255 steps apart'
    return most

@test
def wasm_times(browser, shots, size=(640, 360), runs=5):
    "nano, and a network of half its size, in WebAssembly by one thread and by all, beside onnxruntime without a browser; the answers are the same"
    import numpy as np
    from refinet.engines.onnx import export_onnx
    from refinet.models.loading import create_model
    if (folder := static_folder()) is None: return 'skipped: no npm, or no registry'
    small = Path(folder.name)/'try'/'nano_small.onnx'
    export_onnx(create_model('nano_msafn', dim=8, trunk=8).eval(), small, 'degraded')
    names,found,(w, h) = ['degraded', 'small'],[],size
    x = (np.arange(3*w*h) * 7919 % 256 / 255).astype(np.float32).reshape(1, 3, h, w)
    for handler in (Quiet, Isolated):
        with served(handler, directory=folder.name) as url:
            context = browser.new_context(); page = context.new_page(); page.goto(url + 'try/?engine=wasm'); ready(page)
            got = page.evaluate(time_it, [names, w, h, runs, 'wasm']); context.close()
        of = [native(small.with_name(f'nano_{o}.onnx'), x, got['threads'], runs) for o in names]
        apart(got, of[0][1])
        found.append(f"{got['threads']} thread{'s'*(got['threads'] > 1)}: " + ', '.join(f'{k} {a:.0f} ms (native {b:.0f})' for k,a,(b,_) in zip(('nano', 'half of it'), got['ms'], of)))
    return f'{w}x{h}: ' + '; '.join(found)

def webgpu(browser, shots, size=(160, 90)): # on request: a Chromium whose WebGPU is worked out by the processor
    "nano through WebGPU gives the picture that onnxruntime gives"
    import numpy as np
    if (folder := static_folder()) is None: return 'skipped: no npm, or no registry'
    w,h = size
    x = (np.arange(3*w*h) * 7919 % 256 / 255).astype(np.float32).reshape(1, 3, h, w)
    own = browser.browser_type.launch(executable_path=find_chromium(), args=[*flags, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--enable-features=Vulkan'])
    try:
        with served(Quiet, directory=folder.name) as url:
            page = own.new_page(); page.goto(url + 'try/?engine=wasm'); ready(page)
            if not page.evaluate("async () => !!await navigator.gpu?.requestAdapter()"): return 'skipped: this Chromium has no WebGPU'
            got = page.evaluate(time_it, [['degraded'], w, h, 1, 'webgpu'])
    finally: own.close()
    assert got['engine'] == 'webgpu', got['engine']
    most = apart(got, native(Path(folder.name)/'try'/'nano_degraded.onnx', x, 1, 1)[1])
    return f"{w}x{h} by {got['engine']}, in software {got['ms'][0]:.0f} ms; at most {most:.2f} of 255 steps from onnxruntime"
on_request.append(webgpu)

## The divider

@test
def divider(browser, shots):
    "The divider by mouse, wheel, keyboard and lens; PSNR and SSIM of the part that is seen are those of the package"
    import numpy as np, torch
    from refinet.data.collections import open_frames
    from refinet.degrade.bicubic import degrade
    from refinet.metrics.scores import psnr, ssim
    from refinet.models.loading import load_model
    from refinet.data.images import as_frame, as_picture
    from refinet.widgets.divider import compare_html
    from refinet.widgets.explorer import run_model
    hr = open_frames('sample', 'test', frames=(4,))[2][None]/255; lr,soft = degrade(hr)
    pictures = {k: as_picture(o) for k,o in dict(before=soft, after=run_model(load_model('nano_msafn.bicubic'), lr), truth=hr).items()}
    page = browser.new_page(viewport=dict(width=900, height=620))
    page.set_content('<body>' + compare_html(pictures, metrics_to='truth')); view,q = page.locator('.v'),page.locator('.q')
    def agrees():
        line = until(page, lambda: q.inner_text().count('dB') == 2 and q.inner_text(), 30, 'the numbers')
        x,y,w,h = map(int, q.get_attribute('data-part').split(','))
        cut = lambda k: as_frame(pictures[k])[..., y:y+h, x:x+w]
        ours = [v for k in ('before', 'after') for v in (psnr(cut(k), cut('truth')).item(), ssim(cut(k), cut('truth')).item())]
        theirs = [float(v) for o in line.split(':', 1)[1].split(';') for v in re.search(r'([\d.]+) dB, SSIM ([\d.]+)', o).groups()]
        assert np.allclose(theirs, ours, atol=6e-3) and abs(theirs[1] - ours[1]) < 2e-4, (line, ours)
        return line
    whole = agrees(); assert whole.startswith('448x256') and view.bounding_box()['width'] == 448
    was = pixels(view); drag(page, view, .5, .1); now = pixels(view); assert view.get_attribute('aria-valuenow') == '10' and changed(was, now) > .02
    b = view.bounding_box(); page.mouse.move(b['x'] + 300, b['y'] + 120); page.mouse.wheel(0, -400)
    until(page, lambda: not q.inner_text().startswith('448'), 30, 'zoom'); part = agrees()
    at = q.get_attribute('data-part'); drag(page, view, .6, .75); until(page, lambda: q.get_attribute('data-part') != at, 30, 'pan'); agrees()
    page.keyboard.press('l'); page.wait_for_timeout(200); assert page.locator('.m').is_visible() # the lens
    page.screenshot(path=shots/'divider.png')
    page.keyboard.press('0'); page.keyboard.press('End'); assert view.get_attribute('aria-valuenow') == '100'
    page.locator('.pr').select_option('2'); until(page, lambda: q.inner_text().count('dB') == 1, 30, 'truth on the right'); page.close()
    return f'{whole} | {part}'

## The app

@test
def app(browser, shots):
    "The app, by its command: an example, four times as large, a file with its truth, a broken file, the webcam, dark and narrow"
    port = free_port()
    with tempfile.TemporaryDirectory() as d:
        with started([sys.executable, '-m', 'refinet', 'app', '--port', str(port)], f'http://localhost:{port}/_stcore/health', cwd=d):
            context = browser.new_context(viewport=dict(width=1300, height=1000), permissions=['camera'])
            page = context.new_page(); page.goto(f'http://localhost:{port}')
            page.get_by_text('an example', exact=True).click(timeout=60000)
            view = lambda: page.frame_locator('iframe').locator('.v')
            view().wait_for(timeout=60000)
            page.locator('table').wait_for(timeout=60000) # an example is sharp: it is shrunk first, and measured
            texts = [o.strip() for o in page.locator('table td, table tbody th').all_inner_texts()]; rows = [texts[:3], texts[3:6]]
            assert float(rows[1][1]) > float(rows[0][1]), rows
            page.wait_for_timeout(500); was = pixels(view()); drag(page, view(), .5, .15); now = pixels(view())
            assert view().get_attribute('aria-valuenow') == '15' and changed(was, now) > .01
            page.screenshot(path=shots/'app-example.png')
            start = time.monotonic(); page.get_by_text('four times as large', exact=True).click()
            caption = page.locator('[data-testid=stCaptionContainer]').last
            line = caption.inner_text(); start = time.monotonic()
            page.get_by_text('the picture is sharp').click(); until(page, lambda: caption.inner_text().startswith('1792x1024'), 60, 'four times as large'); took = time.monotonic() - start
            with page.expect_download() as got: page.get_by_role('button', name='download').click()
            assert got.value.suggested_filename.endswith('-enhanced.png')
            sample().resize((112, 64)).save(f'{d}/small.png'); sample().save(f'{d}/true.png'); Path(f'{d}/notes.png').write_text('no picture')
            page.get_by_text('a file', exact=True).click()
            given,truth = (page.locator(f'[data-testid={o}] input[type=file]') for o in ('stMain', 'stSidebar'))
            given.set_input_files(f'{d}/small.png'); until(page, lambda: caption.inner_text().startswith('448x256'), 60, 'uploaded')
            truth.set_input_files(f'{d}/true.png'); page.locator('table').wait_for(timeout=60000)
            page.screenshot(path=shots/'app-upload.png')
            given.set_input_files(f'{d}/notes.png'); page.get_by_text('notes.png is not a picture').wait_for(timeout=60000)
            page.get_by_text('webcam', exact=True).click(); page.get_by_role('button', name='Take Photo').wait_for(timeout=30000)
            page.wait_for_timeout(2000); page.get_by_role('button', name='Take Photo').click() # the camera's first frames are black
            page.get_by_text('same size', exact=True).click(); view().wait_for(timeout=60000)
            until(page, lambda: pixels(view()).mean() > 20, 30, 'a photo'); page.screenshot(path=shots/'app-webcam.png'); context.close()
            context = browser.new_context(viewport=dict(width=600, height=900), color_scheme='dark'); page = context.new_page(); page.goto(f'http://localhost:{port}')
            page.locator('[data-testid=stExpandSidebarButton]').click(timeout=60000); page.get_by_text('an example', exact=True).click(timeout=60000)
            page.keyboard.press('Escape'); page.wait_for_timeout(300); view().wait_for(timeout=60000); page.locator('table').wait_for(timeout=60000)
            gap = page.locator('[data-testid=stCaptionContainer]').last.bounding_box()['y'] - sum(page.frame_locator('iframe').locator('.b').bounding_box()[o] for o in ('y', 'height'))
            page.screenshot(path=shots/'app-dark.png'); assert gap < 60, f'{gap} pixels between the divider and its caption'
            colours = page.frame_locator('iframe').locator('body').evaluate("o => [getComputedStyle(o).color, getComputedStyle(o).backgroundColor].map(c => c.match(/\\d+/g).slice(0, 3).reduce((a, b) => a + +b, 0))")
            assert abs(colours[0] - colours[1]) > 300, colours; context.close()
            return f'gain {float(rows[1][1])-float(rows[0][1]):.2f} dB; four times as large shown after {took:.1f} s'

## The widgets, in JupyterLab

cells = {
 'compare': "from refinet.widgets import AlphaLab, AlphaGradients, CropExplorer, TrainingMonitor, compare_html, run_model\nfrom refinet.data import open_frames\nfrom refinet.degrade import degrade\nfrom refinet.models import create_model, load_model\n"
            "frames = open_frames('sample', 'test', frames=(4,)); hr = frames[2][None]/255; lr, soft = degrade(hr); nano = load_model('nano_msafn.bicubic')\n"
            "from IPython.display import HTML, display\ndisplay(HTML(compare_html({'before': soft, 'after': run_model(nano, lr)})))",
 'crop': "explorer = CropExplorer(frames, {'nano': nano}); explorer",
 'lab': "lab = AlphaLab(nano, create_model('nano_msafn'), open_frames('sample', 'train', frames=(4,)), frames, 48, batch=4, lr=2e-3, seconds=2); lab",
 'monitor': "monitor = TrainingMonitor('run').watch(600, every=1); monitor",
 'apart': "from refinet.distill.teachers import SelfEnsemble\napart = AlphaGradients(SelfEnsemble(nano), create_model('nano_msafn'), frames); apart"}
log = 'epoch,step,lr,loss,psnr,ssim,seconds,skipped\n' + ''.join(f'{e},{100*e},0.001,{.05/e:g},{27+e/2:g},{.8+e/100:g},{e*30},0\n' for e in range(1, 6))

def write_young_run(folder): # five epochs, weights of the last, and data that is not here
    from refinet.models.loading import create_model
    from refinet.models.weights import save_model
    folder.mkdir(); (folder/'log.csv').write_text(log); (folder/'run.json').write_text(json.dumps(dict(settings=dict(data='/no/such/data'))))
    save_model(create_model('nano_msafn'), folder/'best_student.safetensors', 'nano_msafn', step=500)

def write_notebook(path, cells):
    cell = lambda i,o: dict(cell_type='code', id=i, metadata={}, outputs=[], execution_count=None, source=o)
    path.write_text(json.dumps(dict(nbformat=4, nbformat_minor=5, metadata=dict(kernelspec=dict(name='python3', display_name='Python 3', language='python')),
                                    cells=[cell(i, o) for i,o in cells.items()])))

watch = """img => { window.shownAt = null; window.movedAt = null; const was = img.src
  new MutationObserver((_, o) => { if (img.src != was) { o.disconnect(); img.decode().finally(() => { window.shownAt = performance.now() }) } }).observe(img, {attributes: true})
  document.addEventListener('keydown', () => { window.movedAt = performance.now() }, {capture: true, once: true}) }"""

def move(page, cell, label, key='ArrowRight'):
    "Move the slider of that name by a key; milliseconds until the new picture is on the screen, and the share of pixels it changed"
    picture = cell.locator('.widget-image').last # above it, in the lab, stands the plot
    handle = cell.locator('.widget-hslider', has=page.locator(f'.widget-label:text-is("{label}")')).locator('.noUi-handle')
    was = pixels(picture); handle.scroll_into_view_if_needed(); handle.focus()
    picture.evaluate(watch); page.keyboard.press(key)
    ms = until(page, lambda: page.evaluate('window.shownAt && window.shownAt - window.movedAt'), 30, label)
    return ms,changed(was, pixels(picture))

@contextlib.contextmanager
def in_jupyter(browser, d, cells, scale=1): # d: a folder; cells: id to source
    "A page of JupyterLab with a notebook of these cells, all of them started"
    port = free_port(); write_notebook(Path(d)/'widgets.ipynb', cells)
    env = os.environ | dict(JUPYTER_CONFIG_DIR=f'{d}/config', JUPYTERLAB_SETTINGS_DIR=f'{d}/settings', JUPYTERLAB_WORKSPACES_DIR=f'{d}/spaces', JUPYTER_DATA_DIR=f'{d}/data',
                            JUPYTER_RUNTIME_DIR=f'{d}/runtime', PYTHONPATH=os.pathsep.join(filter(None, [str(root), os.environ.get('PYTHONPATH')])))
    command = [sys.executable, '-m', 'jupyterlab', '--no-browser', '--allow-root', '--ip=127.0.0.1', f'--port={port}', f'--ServerApp.root_dir={d}', '--IdentityProvider.token=', '--LabApp.news_url=', '--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate']
    with started(command, f'http://127.0.0.1:{port}/api', env=env, cwd=d):
        context = browser.new_context(viewport=dict(width=1300, height=1500), device_scale_factor=scale); page = context.new_page()
        page.goto(f'http://127.0.0.1:{port}/lab/tree/widgets.ipynb?reset')
        page.locator('.jp-CodeCell').nth(len(cells)-1).wait_for(timeout=120000)
        bar = page.locator('#jp-main-statusbar'); idle = lambda: 'Idle' in bar.inner_text() # what is run before is lost
        try: until(page, idle, 60)
        except AssertionError: page.reload(); until(page, idle, 60, bar.inner_text)
        page.get_by_role('menuitem', name='Run', exact=True).click(); page.get_by_text('Run All Cells', exact=True).click()
        yield page
        context.close()

@test
def widgets(browser, shots):
    "The widgets in JupyterLab: the divider, CropExplorer, AlphaLab with all its terms and with training, TrainingMonitor with its crops"
    from refinet.models.loading import load_model
    from refinet.models.weights import save_model
    with tempfile.TemporaryDirectory() as d:
        write_young_run(Path(d)/'run')
        with in_jupyter(browser, d, cells) as page:
            cell = lambda i: page.locator('.jp-CodeCell').nth(i)
            cell(4).locator('.widget-image').wait_for(timeout=120000)
            view = cell(0).locator('.v'); view.scroll_into_view_if_needed(); was = pixels(view); drag(page, view, .5, .8); now = pixels(view)
            assert view.get_attribute('aria-valuenow') == '80' and changed(was, now) > .01, (view.get_attribute('aria-valuenow'), changed(was, now))
            page.screenshot(path=shots/'lab-compare.png')
            times = []
            for label in ('x', 'x', 'x', 'y', 'y', 'y', 'frame', 'size', 'noise'):
                ms,part = move(page, cell(1), label); times.append(ms); assert part > .02, (label, part)
            cell(1).scroll_into_view_if_needed(); page.screenshot(path=shots/'lab-crop.png')
            alphas = []
            for _ in range(4):
                ms,part = move(page, cell(2), 'alpha'); alphas.append(ms); assert part > .0005, part
            readout = cell(2).locator('.widget-hslider').first.locator('.widget-readout').inner_text(); assert readout == '0.70', readout
            sheet = cell(2).locator('.widget-image').last; low = sheet.bounding_box()['height']
            terms = []
            for label in ('guidance', *['KL']*8, 'temperature', 'mask', 'wavelet', 'mimic', 'affinity'): # KL first: its temperature is seen where it has weight
                ms,part = move(page, cell(2), label, 'ArrowLeft' if label == 'guidance' else 'ArrowRight'); terms.append(ms); assert part > .0005, (label, part)
            high = sheet.bounding_box()['height']; assert high > low + 100, (low, high) # their maps have come below
            page.screenshot(path=shots/'lab-terms.png', full_page=True); sheet.screenshot(path=shots/'lab-sheet.png')
            held = cell(4).locator('.widget-hslider', has=page.locator('.widget-label:text-is("mimic")')).locator('.noUi-handle')
            assert 'the teacher has no feature layer trunk' in cell(4).inner_text()
            still = cell(4).locator('.widget-image').last; was = still.get_attribute('src'); held.scroll_into_view_if_needed(); held.focus(); page.keyboard.press('ArrowRight'); page.wait_for_timeout(1000)
            assert still.get_attribute('src') == was # a slider that is disabled
            assert move(page, cell(4), 'mask')[1] > .0005; page.screenshot(path=shots/'lab-no-taps.png')
            plot = cell(2).locator('.widget-image').first; src,was = plot.get_attribute('src'),pixels(plot)
            cell(2).get_by_role('button', name='train 2 seconds').click()
            until(page, lambda: plot.get_attribute('src') != src, 60, 'training')
            live = plot.get_attribute('src'); until(page, lambda: plot.get_attribute('src') != live, 60, 'more training')
            page.wait_for_timeout(1500); assert changed(was, pixels(plot)) > .002
            assert 'broke' not in cell(2).locator('.widget-html').last.inner_text()
            cell(2).scroll_into_view_if_needed(); plot.screenshot(path=shots/'lab-trained.png')
            page.screenshot(path=shots/'lab-alpha.png')
            cell(2).get_by_role('button', name='stop').click(); cell(2).get_by_role('button', name='reset').click()
            until(page, lambda: changed(was, pixels(plot)) < .001, 60, 'reset')
            line = lambda: cell(3).locator('.widget-html').last.inner_text()
            until(page, lambda: 'epoch 5' in line() and 'crops by best_student.safetensors of epoch 5, on the sample: /no/such/data is not to be found here' in line(), 60, line)
            picture = cell(3).locator('.widget-image').first; picture.scroll_into_view_if_needed(); was = pixels(picture); h = len(was); assert h > 600, was.shape
            with open(f'{d}/run/log.csv', 'a') as f: f.write('6,600,0.001,0.01,31,0.9,180,2\n')
            until(page, lambda: 'epoch 6, step 600' in line() and '2 batches skipped' in line() and 'of epoch 5' in line(), 30, line) # nobody asked: it watches
            until(page, lambda: changed(was[:200], pixels(picture)[:200]) > .002, 30, 'new curve'); assert changed(was[260:], pixels(picture)[260:]) < .001 # the same weights
            save_model(load_model('nano_msafn.bicubic'), f'{d}/run/best_student.safetensors', 'nano_msafn', step=600)
            until(page, lambda: 'of epoch 6' in line(), 30, line); until(page, lambda: changed(was[-130:], pixels(picture)[-130:]) > .02, 30, 'new crops')
            assert changed(was[260:-160], pixels(picture)[260:-160]) < .001; picture.screenshot(path=shots/'lab-crops.png') # the same places
            cell(3).scroll_into_view_if_needed(); page.screenshot(path=shots/'lab-monitor.png')
            Path(f'{d}/run/best_student.safetensors').write_bytes(b'half a file'); cell(3).get_by_role('button', name='look again').click()
            until(page, lambda: 'is no whole safetensors file' in line(), 30, line); page.screenshot(path=shots/'lab-monitor-error.png')
            middle = lambda o: sorted(o)[len(o)//2]
            return f'from a moved slider to the new picture: CropExplorer {middle(times):.0f} ms ({min(times):.0f} to {max(times):.0f}), AlphaLab {middle(alphas):.0f} ms, its other terms {middle(terms):.0f} ms ({min(terms):.0f} to {max(terms):.0f})'

## Running them

flags = ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream']
def find_chromium(): return os.environ.get('CHROMIUM') or shutil.which('chromium') or shutil.which('chromium-browser') or shutil.which('google-chrome')

lab_cells = {'lab': """from refinet.data.collections import open_frames
from refinet.models.loading import create_model, load_model
from refinet.widgets.alpha_lab import AlphaLab
AlphaLab(load_model('light_msafn.bicubic'), create_model('nano_msafn'), open_frames('sample'), open_frames('sample', 'test', frames=(4,)), size=64, lr=2e-3)"""}

def alpha_lab(browser, shots):
    "Not a test: the alpha lab after three trainings, as the tutorial shows it"
    from PIL import Image
    with tempfile.TemporaryDirectory() as d, in_jupyter(browser, d, lab_cells, 1.5) as page:
        cell = page.locator('.jp-CodeCell').first; train = cell.get_by_role('button', name='train 10 seconds'); train.wait_for(timeout=120000)
        slider = lambda name: cell.locator('.widget-hslider', has=page.locator(f'.widget-label:text-is("{name}")')).locator('.noUi-handle')
        def press(name, key, times):
            slider(name).focus()
            for _ in range(times): page.keyboard.press(key)
        plot = cell.locator('.widget-image').first
        press('frame', 'ArrowRight', 2); press('x', 'ArrowRight', 4); press('y', 'ArrowRight', 2)
        for key,presses in (('ArrowLeft', 30), ('ArrowRight', 30), ('ArrowLeft', 10)): # alpha 0, 1 and 0.5
            press('alpha', key, presses); src = plot.get_attribute('src'); train.click(); until(page, lambda: plot.get_attribute('src') != src, 60, 'training')
            while src != plot.get_attribute('src'): src = plot.get_attribute('src'); page.wait_for_timeout(6000) # until it stands still
        cell.locator('.jp-OutputArea').screenshot(path=shots/'alpha-lab.png'); Image.open(shots/'alpha-lab.png').convert('RGB').save(shots/'alpha-lab.jpg', quality=85)
        return cell.locator('.widget-readout').first.inner_text()
on_request.append(alpha_lab)

def main(shots=None, only=''):
    chromium = find_chromium()
    chosen = [o for o in tests if only in o.__name__] or [o for o in on_request if only == o.__name__]
    try: from playwright.sync_api import sync_playwright
    except ImportError: sync_playwright = None
    if not (chromium and sync_playwright):
        print(f"skipped: {len(chosen)} browser tests, no {'Playwright (pip install playwright)' if chromium else 'Chromium (apt-get install chromium)'}")
        print(f'browser: 0 passed, 0 failed, {len(chosen)} skipped'); return 0
    shots = Path(shots or tempfile.mkdtemp(prefix='refinet-shots-')); shots.mkdir(parents=True, exist_ok=True)
    count = dict(passed=0, failed=0, skipped=0)
    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=chromium, args=flags)
        for f in chosen:
            start = time.monotonic()
            try: told = f(browser, shots)
            except Exception as e:
                told = None; count['failed'] += 1; print(f'FAIL {f.__name__}: {type(e).__name__}: {str(e)[:600]}', flush=True)
                for i,page in enumerate(page for c in browser.contexts for page in c.pages):
                    with contextlib.suppress(Exception): page.screenshot(path=shots/f'failed-{f.__name__}-{i}.png')
                for c in browser.contexts: c.close()
            if told: count['skipped' if told.startswith('skipped') else 'passed'] += 1; print(f'{"skip" if told.startswith("skipped") else "ok  "} {f.__name__} {time.monotonic()-start:.0f}s: {told}', flush=True)
        browser.close()
    print(f'screenshots in {shots}')
    print('browser: ' + ', '.join(f'{v} {k}' for k,v in count.items()))
    return count['failed']

if __name__ == '__main__':
    import argparse
    a = argparse.ArgumentParser(description=__doc__); a.add_argument('shots', nargs='?'); a.add_argument('--only', default='')
    a = a.parse_args(); sys.exit(bool(main(a.shots, a.only)))
