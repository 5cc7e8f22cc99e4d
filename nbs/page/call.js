// A call with oneself: camera or clip, coded and sent from one end to the other, enhanced as it arrives
import { divider } from './divider.js'
import { drawNumber, numbers, stripHeight } from './strip.js'

const $ = id => document.getElementById(id), say = text => { $('said').textContent = text }
const asked = new URLSearchParams(location.search), budget = +(asked.get('budget') ?? 125) // ms a frame may take
const most = 20, watched = 12, averaged = 50 // frames a second that are sent; frames that tell the speed, and the PSNR
const mean = o => o.reduce((a, b) => a + b, 0) / o.length, median = o => [...o].sort((a, b) => a - b)[o.length >> 1]
const source = Object.assign(document.createElement('video'), { muted: true, playsInline: true, loop: true })
const received = Object.assign(document.createElement('video'), { muted: true, playsInline: true })
let call = null, turn = 0, engine = '', busy = false

// A worker from the network would have no policy but that of its headers; one from a blob has the page's own
const start = `import ${JSON.stringify(new URL('worker.js', import.meta.url).href)}`
const worker = new Worker(URL.createObjectURL(new Blob([start], { type: 'text/javascript' })), { type: 'module' })
worker.onerror = e => say(`the worker could not be started: ${e.message ?? ''}`)

const onFrame = (video, f) => video.requestVideoFrameCallback ? video.requestVideoFrameCallback(f) : setTimeout(f, 1000 / most)
const codecs = () => (self.RTCRtpSender?.getCapabilities?.('video')?.codecs ?? []).filter(o => /\/(VP8|VP9|H264)$/i.test(o.mimeType))
const settings = () => { const [w, h] = $('size').value.split('x').map(Number); return { w, h, factor: +$('factor').value } }

// one end sends, the other receives; their descriptions and candidates pass by hand
async function connect(track, shown) {
  const [a, b] = [new RTCPeerConnection(), new RTCPeerConnection()]
  a.onicecandidate = e => e.candidate && b.addIceCandidate(e.candidate)
  b.onicecandidate = e => e.candidate && a.addIceCandidate(e.candidate)
  a.onconnectionstatechange = () => { if (a.connectionState == 'failed' && call?.a == a) { stop(); say('the two ends do not reach each other: this browser, or a setting of it, keeps a page from calling itself') } }
  b.ontrack = e => { shown.srcObject = new MediaStream([e.track]); shown.play().catch(() => 0) }
  const way = a.addTransceiver(track, { direction: 'sendonly' })
  way.setCodecPreferences?.(codecs().filter(o => o.mimeType.endsWith($('codec').value)))
  await a.setLocalDescription(await a.createOffer()); await b.setRemoteDescription(a.localDescription)
  await b.setLocalDescription(await b.createAnswer()); await a.setRemoteDescription(b.localDescription)
  return { a, b, sender: way.sender }
}

function forget() { // the mean begins anew
  if (call) call.scores = []
  for (const o of ['received', 'enhanced', 'gained']) $(o).textContent = '–'
}

async function limit() { // the bitrate, and the size that stays
  forget()
  if (!call?.sender) return
  const p = call.sender.getParameters()
  p.degradationPreference = 'maintain-resolution'
  for (const o of p.encodings) { o.maxBitrate = 1000 * $('bitrate').value; o.maxFramerate = most }
  try { await call.sender.setParameters(p) } catch (e) { say(`the bitrate could not be set: ${e.message}`) }
  forget()
}

// a frame of the source: the truth at the size that is shown, and the picture that is sent with its number below
function send(mine) {
  const { w, h, factor, truth, canvas, track } = mine, now = performance.now()
  if (source.videoWidth && now - mine.last >= 1000 / most - 4) {
    const crop = Math.min(source.videoWidth, source.videoHeight * 16 / 9), W = factor * w, H = factor * h
    truth.drawImage(source, (source.videoWidth - crop) / 2, (source.videoHeight - crop * 9 / 16) / 2, crop, crop * 9 / 16, 0, 0, W, H)
    const image = truth.getImageData(0, 0, W, H), id = mine.count = (mine.count + 1) % numbers
    canvas.drawImage(truth.canvas, 0, 0, w, h); drawNumber(canvas, id, w, h); track.requestFrame?.()
    mine.sentAt.set(id, now); mine.sentAt.delete((id - 200 + numbers) % numbers); mine.last = now
    worker.postMessage({ truth: { id, image } }, [image.data.buffer])
  }
  if (mine == call) onFrame(source, () => mine == call && send(mine))
}

// a frame that arrives while the worker has one is skipped
async function receive(mine) {
  if (mine != call) return
  mine.arrived++
  if (busy) mine.skipped++; else if (received.videoWidth) {
    busy = true
    const frame = self.VideoFrame ? new VideoFrame(received) : await createImageBitmap(received), { w, h, factor } = mine
    worker.postMessage({ frame: { frame, w, h, factor, turn: mine.turn } }, [frame])
  }
  onFrame(received, () => receive(mine).catch(e => { busy = false; stop(); say(`that went wrong: ${e.message}`) }))
}

function context(w, h) {
  const t = Object.assign(document.createElement('canvas'), { width: w, height: h }).getContext('2d', { willReadFrequently: true })
  t.imageSmoothingQuality = 'high'
  return t
}

// what is on already goes on at another size or by another codec
async function begin(why = '') {
  hangUp()
  const { w, h, factor } = settings(), canvas = context(w, h + stripHeight(h)), truth = context(factor * w, factor * h)
  const fixed = canvas.canvas.captureStream(0).getVideoTracks()[0] // a frame is sent when it is drawn, where a browser knows how
  const track = fixed.requestFrame ? fixed : canvas.canvas.captureStream(most).getVideoTracks()[0]
  track.contentHint = 'motion'
  const mine = call = { w, h, factor, canvas, truth, track, turn: ++turn, count: 0, last: 0, arrived: 0, skipped: 0, sentAt: new Map(), times: [], network: [], late: [], scores: [], drawn: [], measured: 0, made: 0, bytes: 0 }
  worker.postMessage({ clear: true })
  let ends
  try { ends = await connect(track, received) } catch (e) { stop(); return say(`no call: ${e.message}`) }
  if (mine != call) { ends.a.close(); ends.b.close(); return }
  Object.assign(mine, ends); await limit()
  $('stop').disabled = false
  say(why || (source.videoWidth < factor * w ? `the call is on; the source has ${source.videoWidth}x${source.videoHeight}, less than is shown` : 'the call is on'))
  send(mine); onFrame(received, () => receive(mine))
}

function hangUp() { call?.a?.close(); call?.b?.close(); call?.track.stop(); call = null; received.srcObject = null }

function stop() {
  hangUp(); source.pause(); source.srcObject?.getTracks().forEach(o => o.stop()); source.srcObject = null
  if (source.src) { URL.revokeObjectURL(source.src); source.removeAttribute('src') }
  $('camera').setAttribute('aria-pressed', false); $('stop').disabled = true; say(`the call is over; ${engine}`)
}

async function camera() {
  if ($('camera').getAttribute('aria-pressed') == 'true') return stop()
  stop(); say('asking for the camera')
  try { source.srcObject = await navigator.mediaDevices.getUserMedia({ video: { width: { ideal: 1280 }, frameRate: { ideal: 30 } } }) } catch (e) { return say(`no camera: ${e.message}`) }
  $('camera').setAttribute('aria-pressed', true)
  await source.play(); await begin()
}

async function clip(file) {
  stop(); source.src = URL.createObjectURL(file)
  try { await source.play() } catch { stop(); return say(`${file.name} is not a clip that this browser plays`) }
  await begin()
}

const keep = (list, value, n) => { list.push(value); if (list.length > n) list.shift() }
function show({ id, before, after, scores, network, ms, turn: of }) {
  busy = false
  if (of != call?.turn) return
  const now = performance.now()
  for (const [o, image] of [[$('before'), before], [$('after'), after]]) {
    if (o.width != image.width || o.height != image.height) { o.width = image.width; o.height = image.height } // until then the last frame stands
    o.getContext('2d').putImageData(image, 0, 0)
  }
  call.made++; keep(call.times, ms, watched); keep(call.network, network, watched); keep(call.drawn, now, averaged)
  if (scores) { call.measured++; keep(call.scores, scores, averaged); keep(call.late, now - call.sentAt.get(id), watched) }
  if ($('auto').checked && call.times.length == watched && median(call.times) > budget) smaller(median(call.times))
}

// first the picture is shown as large as it is sent, then less is sent
function smaller(ms) {
  const { w, h, factor } = call, slow = `${factor * w}x${factor * h} took ${ms.toFixed(0)} ms a frame, too slow here`
  if (factor > 1) $('factor').value = factor / 2
  else if ($('size').selectedIndex < $('size').options.length - 1) $('size').selectedIndex++
  else { $('auto').checked = false; return say(`${slow}, and there is no smaller size: frames are skipped`) }
  const now = settings()
  begin(`${slow}: now ${now.factor * now.w}x${now.factor * now.h}`)
}

async function figures() {
  if (!call?.sender) return
  const mine = call, now = performance.now(), stats = [...(await mine.a.getStats()).values()], out = stats.find(o => o.type == 'outbound-rtp')
  if (!out || mine != call) return
  const rate = (out.bytesSent - mine.bytes) * 8 / (now - mine.then), codec = stats.find(o => o.id == out.codecId)?.mimeType.split('/')[1] ?? ''
  if (mine.then && rate >= 0) $('sent').textContent = `${rate.toFixed(0)} kbit/s, ${codec}, ${received.videoWidth}x${received.videoHeight}`
  mine.bytes = out.bytesSent; mine.then = now
  const recent = mine.drawn.filter(o => o > now - 2000)
  $('rate').textContent = `${mine.made}, ${(recent.length / 2).toFixed(1)} a second`
  $('skipped').textContent = `${mine.skipped} of ${mine.arrived}`
  if (mine.times.length) $('time').textContent = `${median(mine.times).toFixed(0)} ms, ${median(mine.network).toFixed(0)} of the network`
  if (mine.late.length) $('late').textContent = `${median(mine.late).toFixed(0)} ms`
  const [a, b] = [0, 1].map(i => mean(mine.scores.map(o => o[i])))
  for (const [name, text] of [['received', `${a.toFixed(2)} dB`], ['enhanced', `${b.toFixed(2)} dB`], ['gained', `${b < a ? '−' : '+'}${Math.abs(b - a).toFixed(2)} dB, mean of ${mine.scores.length}`]]) $(name).textContent = mine.scores.length ? text : '–'
}
setInterval(figures, 1000)

worker.onmessage = ({ data: { ready, made, broke, loading } }) => {
  if (made) show(made)
  if (ready) { engine = `${ready.engine}${ready.threads ? `, ${ready.threads} thread${ready.threads > 1 ? 's' : ''}` : ''}`; $('camera').disabled = false; say(`ready: ${engine}`) }
  if (broke) { busy = false; if (!loading) stop(); say(loading ? `the network could not be loaded: ${broke}` : `that went wrong: ${broke}`) }
}
worker.postMessage({ asked: asked.get('engine') })

divider($('view'), $('stage'), $('after'), $('line'))
for (const o of new Set(codecs().map(o => o.mimeType.split('/')[1]))) $('codec').add(new Option(o))
for (const o of ['size', 'factor', 'codec']) $(o).onchange = () => call && begin()
$('bitrate').onchange = limit
$('camera').onclick = camera; $('stop').onclick = stop
$('file').onchange = e => e.target.files[0] && clip(e.target.files[0])
