// Owns drawing on pixels: rectangles, lines, small letters. Must not know charts or files.

/** @typedef {readonly [number, number, number]} Color */

/** Letters of 3 × 5 dots: each with five octal digits, the rows from the top. */
const font = `
  0 75557 1 26227 2 71747 3 71717 4 55711 5 74717 6 74757 7 71222 8 75757 9 75717
  A 25755 B 65656 C 34443 D 65556 E 74647 F 74644 G 34553 H 55755 I 72227 J 11152 K 55655 L 44447 M 57755
  N 65555 O 25552 P 65644 Q 25563 R 65655 S 34216 T 72222 U 55557 V 55552 W 55775 X 55255 Y 55222 Z 71247
  % 51245 . 00002 : 02020 / 11244 - 00700 , 00024 ( 12221 ) 42224 + 02720 = 07070 _ 00007 @ 25543`;
const glyphs = new Map(Array.from(font.matchAll(/(\S) (\d{5})/g), ([, letter = '', rows = '']) => [letter, rows]));

/** Width of a letter with the gap after it, in dots of the given scale. */
const advance = 4;

/**
 * @param {string} text
 * @param {number} [scale]
 * @returns {number}
 */
export function textWidth(text, scale = 2) {
  return Math.max(0, text.length * advance - 1) * scale;
}

export class Canvas {
  /**
   * @param {number} width
   * @param {number} height
   * @param {Color} background
   */
  constructor(width, height, background) {
    this.width = width;
    this.height = height;
    this.pixels = new Uint8Array(width * height * 3);
    this.rectangle(0, 0, width, height, background);
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {number} width
   * @param {number} height
   * @param {Color} color
   */
  rectangle(x, y, width, height, color) {
    const left = Math.max(0, Math.round(x));
    const right = Math.min(this.width, Math.round(x + width));
    const bottom = Math.min(this.height, Math.round(y + height));
    for (let row = Math.max(0, Math.round(y)); row < bottom; row++) {
      for (let column = left; column < right; column++) this.pixels.set(color, (row * this.width + column) * 3);
    }
  }

  /**
   * @param {number} x
   * @param {number} y
   * @param {string} text what has no letter here is left blank
   * @param {Color} color
   * @param {number} [scale]
   */
  text(x, y, text, color, scale = 2) {
    [...text.toUpperCase()].forEach((letter, index) => {
      [...(glyphs.get(letter) ?? '00000')].forEach((digit, row) => {
        for (let column = 0; column < 3; column++) {
          if ((Number(digit) & (4 >> column)) === 0) continue;
          this.rectangle(x + (index * advance + column) * scale, y + row * scale, scale, scale, color);
        }
      });
    });
  }
}
