import { execFileSync } from 'node:child_process';
import os from 'node:os';
import { newestReference } from '../contenders.mjs';

/**
 * @typedef {object} Machine
 * @property {string} date of the measurement
 * @property {string} cpu
 * @property {number} cores
 * @property {number} memoryGiB
 * @property {string} system
 * @property {string} node
 * @property {string} etcd version of the real programs and of the servers
 * @property {string} revision of this program
 */

/** @returns {Machine} */
export function describeMachine() {
  return {
    date: new Date().toISOString().slice(0, 10),
    cpu: os.cpus()[0]?.model ?? 'unknown',
    cores: os.availableParallelism(),
    memoryGiB: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release().split('-')[0]} ${os.arch()}`,
    node: process.version,
    etcd: newestReference().version,
    revision: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  };
}
