// @ts-check
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { IMAGES, builds } from './chains.mjs';

const places = {
  recipe: '/r',
  service: '/s',
  wheel: '/w',
  pythonImage: 'python:3.13-slim-trixie',
  secrets: ['id=ca,src=/ca.pem'],
};

describe('builds', () => {
  it('puts both chains on what they stand on', () => {
    const contexts = builds(places).map(({ argv }) => [
      argv[argv.indexOf('--tag') + 1],
      argv.filter((part) => /^--build-(context|arg)=/.test(part)),
    ]);
    assert.deepEqual(contexts, [
      [IMAGES.recipeBase, ['--build-arg=PYTHON_IMAGE=python:3.13-slim-trixie']],
      [IMAGES.recipe, [`--build-context=base=docker-image://${IMAGES.recipeBase}`]],
      [IMAGES.base, []],
      [IMAGES.tf, [`--build-context=base=docker-image://${IMAGES.base}`]],
      [
        IMAGES.service,
        [`--build-context=runtime=docker-image://${IMAGES.tf}`, '--build-context=tfod-runtime=/w'],
      ],
    ]);
  });

  it('gives every build the secrets', () => {
    for (const { argv } of builds(places)) assert.ok(argv.includes('--secret=id=ca,src=/ca.pem'));
  });
});
