// The number of a frame, drawn below the picture in 16 black or white blocks: 12 bits of it, 4 to check them
const coded = n => n << 4 | (n ^ n >> 4 ^ n >> 8 ^ 10) & 15

export const numbers = 4096 // then they begin again
export const stripHeight = h => h / 15 // 180 lines become 192, 270 become 288: whole blocks of a codec

export function drawNumber(context, n, w, h) {
  for (let bit = 0; bit < 16; bit++) { context.fillStyle = coded(n) >> bit & 1 ? '#fff' : '#000'; context.fillRect(bit * w / 16, h, w / 16, stripHeight(h)) }
}

// of the strip alone, an ImageData; null where the codec left too little of it
export function readNumber({ width, height, data }) {
  let code = 0
  const wide = width / 16
  for (let bit = 0; bit < 16; bit++) {
    let sum = 0, count = 0
    for (let y = height >> 2; y < height - (height >> 2); y++) for (let x = Math.ceil((bit + .25) * wide); x < (bit + .75) * wide; x++, count++) sum += data[4 * (y * width + x) + 1]
    if (sum > 127 * count) code |= 1 << bit
  }
  return coded(code >> 4) == code ? code >> 4 : null
}
