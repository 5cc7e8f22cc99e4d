// The page: a picture or the camera goes in, before and after stand on either side of a divider.
import { fromImage, psnr, resize, round8, toImage } from './pixels.js'

const $ = id => document.getElementById(id), say = text => { $('said').textContent = text }
const most = 6e6 // pixels of a result: more would stop the page for seconds
let ort, engine, nets = {}, picture = null, stream = null, turn = 0

// WebGPU where there is one, WebAssembly everywhere; ?engine=wasm asks for it
async function load() {
  const gpu = await navigator.gpu?.requestAdapter().catch(() => null)
  const asked = new URLSearchParams(location.search).get('engine'), real = gpu && !gpu.info?.isFallbackAdapter // one in software is slower than WebAssembly
  for (engine of [...new Set([asked ?? (real ? 'webgpu' : 'wasm'), 'wasm'])]) try {
    ort = await import(engine == 'webgpu' ? './ort/ort.webgpu.min.mjs' : './ort/ort.wasm.min.mjs')
    ort.env.wasm.wasmPaths = new URL('ort/', import.meta.url).href
    ort.env.wasm.numThreads = 1 // more need headers that a plain host does not send
    for (const o of ['lr', 'degraded']) nets[o] = await ort.InferenceSession.create(`nano_${o}.onnx`, { executionProviders: [engine], logSeverityLevel: 3 })
    return
  } catch (e) { if (engine == 'wasm') throw e }
}

let last = Promise.resolve() // a session does one thing at a time
const run = (net, { w, h, data }) => last = last.catch(() => 0).then(async () => {
  const start = performance.now(), { output } = await nets[net].run({ input: new ort.Tensor('float32', data, [1, 3, h, w]) })
  const [, , H, W] = output.dims
  return { out: round8({ w: W, h: H, data: await output.getData() }), ms: performance.now() - start }
})

// what stands left and right of the divider, and the truth where it is known
async function enhance(p, mode) {
  if (mode == 'shrink') {
    const w = p.w & ~3, h = p.h & ~3, truth = crop(p, w, h), small = round8(resize(truth, w / 4, h / 4))
    return { before: round8(resize(small, w, h)), truth, ...await run('lr', small) }
  }
  if (mode == 'larger') return { before: round8(resize(p, 4 * p.w, 4 * p.h)), ...await run('lr', p) }
  return { before: p, ...await run('degraded', p) }
}

function crop(p, w, h) {
  const data = new Float32Array(3 * w * h)
  for (let c = 0; c < 3; c++) for (let y = 0; y < h; y++) data.set(p.data.subarray((c * p.h + y) * p.w, (c * p.h + y) * p.w + w), (c * h + y) * w)
  return { w, h, data }
}

function show({ before, out, truth, ms }) {
  for (const [id, p] of [['before', before], ['after', out]]) { $(id).width = p.w; $(id).height = p.h; $(id).getContext('2d').putImageData(toImage(p), 0, 0) }
  const gain = truth ? `, before ${psnr(before, truth).toFixed(2)} dB, after ${psnr(out, truth).toFixed(2)} dB` : ''
  say(`${out.w}x${out.h}, ${ms.toFixed(0)} ms by ${engine}${gain}`)
  $('save').disabled = false
}

async function again() {
  if (!picture || stream) return
  const mode = $('mode').value, size = picture.w * picture.h * (mode == 'larger' ? 16 : 1)
  if (size > most) return say(`the result would have ${(size / 1e6).toFixed(0)} megapixels, and ${most / 1e6} are the most here: choose a smaller picture`)
  if (Math.min(picture.w, picture.h) < 16) return say(`${picture.w}x${picture.h} is too small a picture: 16 pixels each way are the least`)
  const mine = ++turn; say('working')
  await new Promise(requestAnimationFrame)
  try { const made = await enhance(picture, mode); if (mine == turn) show(made) } catch (e) { say(`that went wrong: ${e.message}`) }
}

function pixels(source, w, h) { // of a bitmap or a video, drawn at w x h
  const t = new OffscreenCanvas(w, h).getContext('2d', { willReadFrequently: true })
  t.imageSmoothingQuality = 'high'; t.drawImage(source, 0, 0, w, h)
  return fromImage(t.getImageData(0, 0, w, h))
}

async function open(file) {
  stop()
  let bitmap
  try { bitmap = await createImageBitmap(file) } catch { return say(`${file.name} is not a picture that this browser reads`) }
  const fit = $('mode').value == 'shrink' ? Math.min(1, Math.sqrt(most / 4 / (bitmap.width * bitmap.height))) : 1 // a photo of a phone becomes one of the web
  picture = pixels(bitmap, Math.round(bitmap.width * fit), Math.round(bitmap.height * fit))
  await again()
}

function stop() { stream?.getTracks().forEach(o => o.stop()); stream = null; $('camera').setAttribute('aria-pressed', false) }

async function camera() {
  if (stream) return stop()
  try { stream = await navigator.mediaDevices.getUserMedia({ video: { width: 640 } }) } catch (e) { return say(`no camera: ${e.message}`) }
  $('camera').setAttribute('aria-pressed', true)
  const video = Object.assign(document.createElement('video'), { srcObject: stream, muted: true, playsInline: true })
  await video.play()
  while (stream) { // frames of 640 pixels; where small ones are asked for, of 160, as a slow line would send them
    const mode = $('mode').value, w = mode == 'larger' ? 160 : 640
    try { show(await enhance(pixels(video, w, Math.round(w * video.videoHeight / video.videoWidth)), mode)) } catch (e) { stop(); return say(`that went wrong: ${e.message}`) }
    await new Promise(requestAnimationFrame)
  }
}

const view = $('view'), clamp = (o, low, high) => Math.min(high, Math.max(low, o))
let at = .5, zoom = 1, left = 0, top_ = 0 // of the divider, and of the part that is seen, in widths and heights of the view
function draw() {
  left = clamp(left, 1 - zoom, 0); top_ = clamp(top_, 1 - zoom, 0); at = clamp(at, 0, 1)
  $('stage').style.transform = `translate(${left * 100}%, ${top_ * 100}%) scale(${zoom})`
  $('line').style.left = at * 100 + '%'; $('after').style.clipPath = `inset(0 0 0 ${clamp((at - left) / zoom, 0, 1) * 100}%)`
  view.classList.toggle('zoomed', zoom > 1)
  view.setAttribute('aria-valuenow', Math.round(at * 100)); view.setAttribute('aria-valuetext', `${Math.round(at * 100)} % before`)
}
function zoomBy(factor, x, y) { // what lies under (x, y) stays there
  const now = clamp(zoom * factor, 1, 16)
  left = x - (x - left) * now / zoom; top_ = y - (y - top_) * now / zoom; zoom = now; draw()
}
const place = e => { const b = view.getBoundingClientRect(); return [(e.clientX - b.left) / b.width, (e.clientY - b.top) / b.height] }
let hold = null // what a drag moves: the divider, or the picture if it is enlarged
view.onpointerdown = e => {
  const [x, y] = place(e); view.setPointerCapture(e.pointerId); view.focus({ preventScroll: true }); e.preventDefault()
  hold = zoom > 1 && Math.abs(x - at) * view.clientWidth > 24 ? [x - left, y - top_] : 'divider'
  if (hold == 'divider') { at = x; draw() }
}
view.onpointermove = e => {
  if (!hold) return
  const [x, y] = place(e)
  if (hold == 'divider') at = x; else [left, top_] = [x - hold[0], y - hold[1]]
  draw()
}
view.onpointerup = view.onpointercancel = () => { hold = null }
view.ondblclick = e => { if (zoom > 1) { zoom = 1; draw() } else zoomBy(4, ...place(e)) }
view.addEventListener('wheel', e => {
  if (document.activeElement != view) return // the page scrolls
  e.preventDefault(); zoomBy(Math.exp(-clamp(e.deltaY, -200, 200) / 300), ...place(e))
}, { passive: false })
const keys = { ArrowLeft: () => at -= .02, ArrowDown: () => at -= .02, ArrowRight: () => at += .02, ArrowUp: () => at += .02, PageUp: () => at += .1, PageDown: () => at -= .1,
  Home: () => at = 0, End: () => at = 1, '+': () => zoomBy(1.5, at, .5), '=': () => zoomBy(1.5, at, .5), '-': () => zoomBy(1 / 1.5, at, .5), 0: () => zoom = 1 }
view.onkeydown = e => { if (keys[e.key] && !e.ctrlKey && !e.metaKey && !e.altKey) { e.preventDefault(); keys[e.key](); draw() } }

document.ondragover = e => { e.preventDefault(); view.classList.add('over') }
document.ondragleave = () => view.classList.remove('over')
document.ondrop = e => { e.preventDefault(); view.classList.remove('over'); if (e.dataTransfer.files[0]) open(e.dataTransfer.files[0]) }
$('file').onchange = e => e.target.files[0] && open(e.target.files[0])
$('mode').onchange = again
$('camera').onclick = camera
$('save').onclick = () => $('after').toBlob(b => Object.assign(document.createElement('a'), { href: URL.createObjectURL(b), download: 'enhanced.png' }).click())

draw()
try {
  await load()
  await open(await (await fetch('example.png')).blob())
} catch (e) { say(`the network could not be loaded: ${e.message}`) }
