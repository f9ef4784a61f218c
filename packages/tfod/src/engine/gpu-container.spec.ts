import { AMD64 } from '../testing/image-facts';
import { copyInto, createProgram, runProgram, startProgram, type ImageProgram } from './gpu-container';

const PROGRAM: ImageProgram = {
  name: 'tfod-1',
  image: 'parking:k-1',
  platform: AMD64,
  request: 'gpus',
  program: 'python',
  args: ['-m', 'tfod_runtime.probe'],
  env: { HOME: '/tmp' },
};
const SHARED = [
  ...['--rm', '--name', 'tfod-1', '--network', 'none', '--no-healthcheck', '--pull', 'never'],
  ...['--platform', 'linux/amd64'],
];
const TAIL = ['--entrypoint', 'python', 'parking:k-1', '-m', 'tfod_runtime.probe'];

describe('runProgram', () => {
  it.each([
    ['gpus', ['--gpus', 'all', '--env', 'HOME=/tmp']],
    ['cdi', ['--env', 'HOME=/tmp', '--device', 'nvidia.com/gpu=all']],
    [undefined, ['--env', 'HOME=/tmp']],
  ] as const)('asks for GPUs by %s', (request, flags) => {
    expect(runProgram({ ...PROGRAM, request })).toEqual({
      file: 'docker',
      args: ['run', ...SHARED, ...flags, ...TAIL],
    });
  });

  it('starts a program without arguments', () => {
    expect(runProgram({ ...PROGRAM, args: [] }).args.slice(-3)).toEqual([
      '--entrypoint',
      'python',
      'parking:k-1',
    ]);
  });
});

it('makes the same container in steps', () => {
  const { args } = runProgram(PROGRAM);
  expect(createProgram(PROGRAM).args).toEqual(['create', ...args.slice(1)]);
  expect(copyInto('tfod-1', '/a b.jpg', '/in.jpg').args).toEqual(['cp', '/a b.jpg', 'tfod-1:/in.jpg']);
  expect(startProgram('tfod-1').args).toEqual(['start', '--attach', 'tfod-1']);
});
