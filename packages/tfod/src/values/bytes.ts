/** Decimal units and three digits, as Docker prints them. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [value, power] = [bytes, 0];
  for (; value >= 999.5 && power < units.length - 1; power++) value /= 1000;
  const decimals = power === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(decimals)} ${units[power]}`;
}
