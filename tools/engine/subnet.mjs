// @ts-check

/**
 * @typedef {{ network: number, mask: number }} Route Both as unsigned 32-bit numbers, most significant byte first.
 */

/**
 * @param {string} text Contents of /proc/net/route: addresses are eight hex digits in little-endian order.
 * @returns {Route[]} Without the default route, which covers everything.
 */
export function parseRoutes(text) {
  return text
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/))
    .filter((columns) => columns.length > 7)
    .map((columns) => ({ network: fromLittleEndian(columns[1]), mask: fromLittleEndian(columns[7]) }))
    .filter(({ mask }) => mask !== 0);
}

/**
 * The first /24 of a small private range that no route of the machine touches.
 *
 * @param {readonly Route[]} routes
 * @returns {string | undefined} The bridge's own address with its prefix length: `10.213.7.1/24`.
 */
export function freeBridgeAddress(routes) {
  for (let third = 0; third < 256; third++) {
    const network = ((10 << 24) | (213 << 16) | (third << 8)) >>> 0;
    if (!routes.some((route) => overlaps(route, { network, mask: 0xffffff00 })))
      return `10.213.${third}.1/24`;
  }
  return undefined;
}

/**
 * @param {Route} a
 * @param {Route} b
 */
function overlaps(a, b) {
  const wider = (a.mask & b.mask) >>> 0;
  return (a.network & wider) >>> 0 === (b.network & wider) >>> 0;
}

/** @param {string | undefined} hex */
function fromLittleEndian(hex = '') {
  const bytes = hex.match(/../g) ?? [];
  return Number.parseInt(bytes.reverse().join(''), 16) >>> 0;
}
