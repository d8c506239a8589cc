import { formatByteSize } from '../../../../go/byte-size.js';
import type { LocalDisk } from '../../../../model/inspection.js';
import { finding } from '../catalogue.js';
import { answered, troubleOf } from '../observation.js';
import { at, type Check, gaugeIn } from './check.js';

const FILES_WARNING = 0.8;

/** Percent free. */
const DISK_WARNING = 15n;
const DISK_FAILURE = 5n;

export const openFiles: Check = ({ members }) =>
  members.flatMap((view) => {
    const text = answered(view.answering[0]?.metrics)?.text ?? '';
    const [open, max] = [gaugeIn(text, 'process_open_fds'), gaugeIn(text, 'process_max_fds')];
    if (open === undefined || max === undefined || max <= 0 || open < max * FILES_WARNING) return [];
    return [
      finding('files-near-limit', {
        ...at(view),
        what: `The server has ${open} of ${max} files and connections open. At the limit it refuses connections.`,
        advice: 'Raise its limit (LimitNOFILE of the service), and find out which clients keep connections.',
      }),
    ];
  });

/** Members whose metrics cannot be read: their clock is not known. */
export const unknownMetrics: Check = ({ members }) =>
  members.flatMap((view) => {
    const trouble = troubleOf(view.answering[0]?.metrics);
    if (trouble === undefined) return [];
    return [
      finding('metrics-unknown', {
        ...at(view),
        what: `Its clock and its open files are not known: ${trouble.words}.`,
        advice: 'Give an endpoint at which the member answers /metrics, which its client URL usually does.',
      }),
    ];
  });

export const disks: Check = ({ observation, members }) =>
  observation.disks.flatMap((disk) => {
    const view = members.find(({ member }) => member.name === disk.member);
    return judgeDisk(disk, view === undefined ? { member: disk.member } : at(view), view?.status?.dbSize);
  });

function judgeDisk(
  { directory, space }: LocalDisk,
  where: Partial<ReturnType<typeof at>>,
  dbSize: bigint | undefined,
) {
  if ('problem' in space) {
    const what = `The free space under ${directory} is not known: ${space.problem}.`;
    const advice = 'The directory must exist here, and the user of this command must be allowed to see it.';
    return [finding('disk-space-unknown', { ...where, what, advice })];
  }
  const { totalBytes, freeBytes } = space;
  const percent = totalBytes === 0n ? 100n : (freeBytes * 100n) / totalBytes;
  const isTooSmallForCopy = dbSize !== undefined && freeBytes < dbSize;
  if (percent >= DISK_WARNING && !isTooSmallForCopy) return [];
  const copy = isTooSmallForCopy ? ' A defragmentation needs as much as the database has.' : '';
  return [
    finding('disk-space-low', {
      ...where,
      severity: percent < DISK_FAILURE ? 'failure' : 'warning',
      what: `The file system of ${directory} has ${formatByteSize(freeBytes)} free, ${percent} % of ${formatByteSize(totalBytes)}.${copy}`,
      advice: 'Free space there, or move the data directory. A full disk ends etcd.',
    }),
  ];
}
