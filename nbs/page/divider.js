// The divider between before and after: mouse, finger, wheel and keyboard
const clamp = (o, low, high) => Math.min(high, Math.max(low, o))

export function divider(view, stage, after, line) {
  let at = .5, zoom = 1, left = 0, top_ = 0 // of the divider, and of the part that is seen, in widths and heights of the view
  function draw() {
    left = clamp(left, 1 - zoom, 0); top_ = clamp(top_, 1 - zoom, 0); at = clamp(at, 0, 1)
    stage.style.transform = `translate(${left * 100}%, ${top_ * 100}%) scale(${zoom})`
    line.style.left = at * 100 + '%'; after.style.clipPath = `inset(0 0 0 ${clamp((at - left) / zoom, 0, 1) * 100}%)`
    view.classList.toggle('zoomed', zoom > 1)
    view.setAttribute('aria-valuenow', Math.round(at * 100)); view.setAttribute('aria-valuetext', `${Math.round(at * 100)} % ${view.querySelector('.left').textContent}`)
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
  draw()
  return view
}
