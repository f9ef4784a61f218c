import { AMD64 } from '../testing/image-facts';
import { ownerFlags, runContainer } from './docker-run';

describe('runContainer', () => {
  it('shuts the container off and lets it see what it must', () => {
    const command = runContainer({
      name: 'tfod-1',
      image: 'parking:k-1',
      platform: AMD64,
      owner: ['--user', '1000:1000'],
      gpus: true,
      env: { HOME: '/tmp' },
      mounts: [
        { source: '/pictures', target: '/in' },
        { source: '/odd, "name"', target: '/out', writable: true },
      ],
      args: ['detect', '--output', '/out'],
    });
    expect(command).toEqual({
      file: 'docker',
      args: [
        ...['run', '--rm', '--name', 'tfod-1', '--network', 'none', '--no-healthcheck', '--pull', 'never'],
        ...['--platform', 'linux/amd64', '--user', '1000:1000', '--gpus', 'all', '--env', 'HOME=/tmp'],
        ...['--mount', 'type=bind,source=/pictures,target=/in,readonly'],
        ...['--mount', 'type=bind,"source=/odd, ""name""",target=/out'],
        ...['parking:k-1', 'detect', '--output', '/out'],
      ],
    });
  });
});

describe('ownerFlags', () => {
  const caller = { uid: 1000, gid: 100 };

  it.each([
    ['["name=apparmor","name=seccomp,profile=builtin"]', ['--user', '1000:100']],
    ['["name=seccomp,profile=builtin","name=rootless"]', ['--user', '0:0']],
    ['["name=userns"]', ['--userns', 'host', '--user', '1000:100']],
    ['null', ['--user', '1000:100']],
  ])('with %s is %j', (answer, flags) => {
    expect(ownerFlags(caller, answer)).toEqual(flags);
  });

  it('is nothing where there are no user ids', () => {
    expect(ownerFlags(undefined, '[]')).toEqual([]);
  });
});
