import { addressOf } from './free-port';

describe('addressOf', () => {
  it.each([
    ['localhost', '127.0.0.1'],
    ['0.0.0.0', '0.0.0.0'],
    ['::1', '::1'],
  ])('of %s is %s', async (host, address) => {
    expect(await addressOf(host, 8080)).toBe(address);
  });

  it('says that there is none', async () => {
    await expect(addressOf('no host', 8080)).rejects.toThrow(/HOST_UNKNOWN[^]*no host:8080/);
  });
});
