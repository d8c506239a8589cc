import type { Member } from '../../model/messages/cluster.js';
import type { ResponseHeader } from '../../model/messages/header.js';
import type { ByteWriter } from '../byte-writer.js';
import { JsonObjectWriter } from '../go-json.js';
import { idHex } from '../id.js';
import type { PrinterOptions, Sink } from '../printer.js';
import { writeArray, writeHeader, writeMessage } from './message.js';

interface MembersMessage {
  readonly header?: ResponseHeader | undefined;
  /** Of `member add` only. */
  readonly member?: Member | undefined;
  readonly members: readonly Member[];
}

/**
 * The answers that list members, the only ones that honour `--hex`: ids are then strings of hexadecimal digits, and
 * no id and no list is left out for being empty.
 */
export function renderMembers(
  { response, kind }: { readonly kind: string; readonly response: MembersMessage },
  sink: Sink,
  { hex }: PrinterOptions,
): void {
  writeMessage(sink, (object) => {
    if (hex) writeMembersHex(object, response, kind === 'member-add');
    else writeMembers(object, response);
  });
}

function writeMembers(object: JsonObjectWriter, { header, member, members }: MembersMessage): void {
  writeHeader(object, header);
  if (member !== undefined) writeMember(object.member('member'), member);
  if (members.length > 0) writeArray(object.member('members'), members, writeMember);
}

function writeMembersHex(
  object: JsonObjectWriter,
  { header, member, members }: MembersMessage,
  hasMember: boolean,
): void {
  writeOrNull(object.member('header'), header, writeHeaderHex);
  if (hasMember) writeOrNull(object.member('member'), member, writeMemberHex);
  writeArray(object.member('members'), members, writeMemberHex);
}

function writeOrNull<Value>(
  writer: ByteWriter,
  value: Value | undefined,
  write: (writer: ByteWriter, value: Value) => void,
): void {
  if (value === undefined) writer.ascii('null');
  else write(writer, value);
}

function writeHeaderHex(writer: ByteWriter, header: ResponseHeader): void {
  new JsonObjectWriter(writer)
    .string('cluster_id', idHex(header.clusterId))
    .string('member_id', idHex(header.memberId))
    .integer('revision', header.revision)
    .integer('raft_term', header.raftTerm)
    .end();
}

function writeMember(writer: ByteWriter, member: Member): void {
  writeMemberRest(new JsonObjectWriter(writer).integer('ID', member.id), member);
}

function writeMemberHex(writer: ByteWriter, member: Member): void {
  writeMemberRest(new JsonObjectWriter(writer).string('ID', idHex(member.id)), member);
}

function writeMemberRest(object: JsonObjectWriter, member: Member): void {
  object
    .nonEmptyString('name', member.name)
    .nonEmptyStrings('peerURLs', member.peerUrls)
    .nonEmptyStrings('clientURLs', member.clientUrls)
    .flag('isLearner', member.isLearner)
    .end();
}
