import { aFinding } from '../testing/findings';
import { junitXml } from './junit';
import type { Verdict } from './verdict';

const VERDICT: Verdict = {
  service: 'a&b',
  mode: 'gpu',
  result: 'fail',
  image: 'parking:k-1',
  firstCause: 'engine.container',
  facts: {},
  checks: [
    aFinding('host.mig', { seconds: 0.25 }),
    aFinding('host.devices', { status: 'skip', found: 'no "module"' }),
    aFinding('engine.container', {
      status: 'fail',
      owner: 'engine',
      found: '<one>\n\u001b[31mtwo\ud800 \u{1f697}',
      hint: 'do this',
      seconds: 1,
    }),
    aFinding('image.ptxas', { status: 'warn' }),
  ],
};

it('has a suite for each stage that was looked at and a case for each check', () => {
  expect(junitXml(VERDICT)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="a&amp;b gpu-verify" tests="4" failures="1" errors="0" skipped="1" time="1.250">
  <testsuite name="gpu-verify host" tests="2" failures="0" errors="0" skipped="1" time="0.250">
    <testcase classname="a&amp;b.gpu-verify.host" name="host.mig" time="0.250" />
    <testcase classname="a&amp;b.gpu-verify.host" name="host.devices" time="0.000"><skipped message="no &quot;module&quot;" /></testcase>
  </testsuite>
  <testsuite name="gpu-verify engine" tests="1" failures="1" errors="0" skipped="0" time="1.000">
    <testcase classname="a&amp;b.gpu-verify.engine" name="engine.container" time="1.000"><failure type="engine" message="&lt;one&gt;&#10;\uFFFD[31mtwo\uFFFD \u{1f697}">&lt;one&gt;&#10;\uFFFD[31mtwo\uFFFD \u{1f697}&#10;expected: expected&#10;owner: engine&#10;next step: do this&#10;see docs/gpu/findings.md#engine-container</failure></testcase>
  </testsuite>
  <testsuite name="gpu-verify image" tests="1" failures="0" errors="0" skipped="0" time="0.000">
    <testcase classname="a&amp;b.gpu-verify.image" name="image.ptxas" time="0.000"><system-out>warning: found&#10;expected: expected&#10;owner: image&#10;next step: &#10;see docs/gpu/findings.md#image-ptxas</system-out></testcase>
  </testsuite>
</testsuites>
`);
});
