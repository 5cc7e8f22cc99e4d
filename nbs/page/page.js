// The page: a picture or the camera goes in, before and after stand on either side of a divider.
import { divider } from './divider.js'
import { load } from './engine.js'
import { fromImage, psnr, resize, round8, toImage } from './pixels.js'

const $ = id => document.getElementById(id), say = text => { $('said').textContent = text }
const most = 6e6 // pixels of a result: more would stop the page for seconds
let engine, run, picture = null, stream = null, turn = 0

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

const view = divider($('view'), $('stage'), $('after'), $('line'))

document.ondragover = e => { e.preventDefault(); view.classList.add('over') }
document.ondragleave = () => view.classList.remove('over')
document.ondrop = e => { e.preventDefault(); view.classList.remove('over'); if (e.dataTransfer.files[0]) open(e.dataTransfer.files[0]) }
$('file').onchange = e => e.target.files[0] && open(e.target.files[0])
$('mode').onchange = again
$('camera').onclick = camera
$('save').onclick = () => $('after').toBlob(b => Object.assign(document.createElement('a'), { href: URL.createObjectURL(b), download: 'enhanced.png' }).click())

try {
  ({ engine, run } = await load(['lr', 'degraded'], new URLSearchParams(location.search).get('engine')))
  await open(await (await fetch('example.png')).blob())
} catch (e) { say(`the network could not be loaded: ${e.message}`) }
