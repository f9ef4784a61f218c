import { carriesKey, keyOfText, keyTag, ownerOfRef, temporaryRef } from './key';

const KEY = keyOfText('a');
const REF = `registry.example:5000/team/parking:${keyTag(KEY)}`;

describe('key', () => {
  it('gives the tag 32 of its digits', () => expect(keyTag(KEY)).toBe(`k-${KEY.slice(0, 32)}`));

  it('is carried by the tag of any repository, and by a temporary one', () => {
    expect(carriesKey(REF, KEY)).toBe(true);
    expect(carriesKey(temporaryRef(REF, { host: '0a1b', pid: 7 }), KEY)).toBe(true);
    expect(carriesKey(`${REF}-mine`, KEY)).toBe(false);
    expect(carriesKey('parking:cpu', KEY)).toBe(false);
    expect(carriesKey(REF, keyOfText('b'))).toBe(false);
  });
});

describe('ownerOfRef', () => {
  it('reads whose a temporary name is', () => {
    expect(ownerOfRef(temporaryRef(REF, { host: '0a1b2c3d', pid: 4711 }))).toEqual({
      host: '0a1b2c3d',
      pid: 4711,
    });
  });

  it.each([REF, 'parking:cpu', 'parking:k-1-tmp-0a-7', `${REF}-tmp-0a`])('finds none in %s', (ref) => {
    expect(ownerOfRef(ref)).toBeUndefined();
  });

  it('stays within what a tag may hold', () => {
    const tag = temporaryRef(keyTag(KEY), { host: '0a1b2c3d', pid: 4194304 });
    expect(tag).toMatch(/^\w[\w.-]{0,127}$/);
  });
});
