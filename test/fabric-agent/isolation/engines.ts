import type { ContainerOptions } from '../../../fabric-agent/isolation/container.ts';

/** The image that `test/real/podman.sh` and `docker.sh` make: busybox. */
export const image = 'localhost/ogm/tools:latest';

/** Engines as those scripts leave them; what tests run finds them by the variables that they tell. */
const surroundings: Readonly<Record<'podman' | 'docker', Readonly<Record<string, string>>>> = {
  podman: { CONTAINERS_CONF: '/run/ogm-real/podman/containers.conf' },
  docker: { DOCKER_HOST: 'unix:///run/ogm-real/docker/docker.sock' },
};

export function engineOf(engine: 'podman' | 'docker'): Omit<ContainerOptions, 'folder'> {
  return {
    engine,
    network: false,
    sharedMemoryBytes: 2 ** 20,
    taskUser: 65_534,
    environment: { ...process.env, ...surroundings[engine] },
  };
}
