// @ts-check
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freeBridgeAddress, parseRoutes } from './subnet.mjs';

const HEAD = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
const DEFAULT = 'eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n';
const HOME = 'eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n';
const FIRST_CANDIDATE = 'tun0\t0000D50A\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n';
const ALL_OF_TEN = 'tun0\t0000000A\t00000000\t0001\t0\t0\t0\t000000FF\t0\t0\t0\n';

test('routes are read from the kernel’s little-endian table, the default route left out', () => {
  assert.deepEqual(parseRoutes(HEAD + DEFAULT + HOME), [{ network: 0xc0a80000, mask: 0xffffff00 }]);
});

test('the bridge gets the first subnet that no route touches', () => {
  assert.equal(freeBridgeAddress(parseRoutes(HEAD + DEFAULT + HOME)), '10.213.0.1/24');
  assert.equal(freeBridgeAddress(parseRoutes(HEAD + FIRST_CANDIDATE)), '10.213.1.1/24');
});

test('there is none where a private network takes the whole range', () => {
  assert.equal(freeBridgeAddress(parseRoutes(HEAD + ALL_OF_TEN)), undefined);
});
