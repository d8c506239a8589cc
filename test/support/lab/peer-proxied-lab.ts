/** A cluster of three members whose connections to each other go through proxies, so that one can be cut off. */
import { freePorts } from '../../../scripts/lib/etcd/ports.mjs';
import type { MemberOptions } from '../../../scripts/lib/etcd-server.mjs';
import { type Lab, type LabOptions, startLab } from './lab.js';
import { membersOf } from './membership.js';
import { PeerProxy } from './peer-proxy.js';

export interface PeerProxiedLab {
  readonly lab: Lab;
  /** The id of the third member. */
  readonly thirdId: string;
  /** The third member stays reachable for clients. */
  cutOffThird(): void;
  stop(): Promise<void>;
}

/** @param argsOf further flags of a member, from index 0 */
export async function startPeerProxiedLab(
  options: Omit<LabOptions, 'members' | 'memberOptions'> = {},
  argsOf: (index: number) => string[] = () => [],
): Promise<PeerProxiedLab> {
  const ports = await freePorts(3);
  const proxies = await Promise.all(ports.map((port) => PeerProxy.start(port)));
  const urls = proxies.map(({ port }) => `http://127.0.0.1:${port}`);
  const cluster = urls.map((url, index) => `m${index + 1}=${url}`).join(',');
  const memberOptions = (index: number): MemberOptions => ({
    extraArgs: [
      `--listen-peer-urls=http://127.0.0.1:${ports[index]}`,
      `--initial-advertise-peer-urls=${urls[index]}`,
      `--initial-cluster=${cluster}`,
      ...argsOf(index),
    ],
  });
  const lab = await startLab({ ...options, members: 3, memberOptions });
  const thirdId = (await membersOf(lab)).find(({ name }) => name === 'm3')?.id ?? '';
  return {
    lab,
    thirdId,
    cutOffThird() {
      const [first, second, third] = proxies;
      first?.cutOff(thirdId);
      second?.cutOff(thirdId);
      third?.cutOff();
    },
    async stop() {
      for (const proxy of proxies) await proxy.close();
      await lab.stop();
    },
  };
}
