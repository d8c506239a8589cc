/** The Dockerfile as its stages, and the files that `docker build` is given. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Copy,
  DockerfileParser,
  type From,
  type Instruction,
  type JSONInstruction,
} from 'dockerfile-ast';
import { root } from '../../scripts/lib/paths.mjs';

export interface Stage {
  readonly image: string;
  /** In the order of the file, without FROM. */
  readonly instructions: readonly StageInstruction[];
}

export interface StageInstruction {
  /** In capitals. */
  readonly keyword: string;
  /** As written, with its continued lines. */
  readonly text: string;
  /** The elements of the JSON form; empty in the other form. */
  readonly words: readonly string[];
  /** Of COPY: the stage that it copies from; undefined for the files given. */
  readonly from: string | undefined;
  /** The paths of COPY; the last one is the destination. */
  readonly paths: readonly string[];
}

export const dockerfile = readFileSync(path.join(root, 'Dockerfile'), 'utf8');

export function stagesOf(text: string): readonly Stage[] {
  const all = DockerfileParser.parse(text).getInstructions();
  const starts = all.flatMap((each, index) => (each.getKeyword() === 'FROM' ? [index] : []));
  return starts.map((start, index) => ({
    image: (all[start] as From).getImage() ?? '',
    instructions: all.slice(start + 1, starts[index + 1]).map(toStageInstruction),
  }));
}

function toStageInstruction(instruction: Instruction): StageInstruction {
  const keyword = instruction.getKeyword();
  const copy = keyword === 'COPY' ? (instruction as Copy) : undefined;
  const isJson = keyword === 'ENTRYPOINT' || keyword === 'CMD';
  const words = isJson
    ? (instruction as JSONInstruction).getJSONStrings().map((each) => each.getJSONValue())
    : [];
  return {
    keyword,
    words,
    text: instruction.getRawArgumentsContent() ?? '',
    from: copy?.getFromFlag()?.getValue() ?? undefined,
    paths: copy?.getArguments().map((each) => each.getValue()) ?? [],
  };
}

/** What an instruction of a stage says last; undefined when it is not there. */
export function lastOf({ instructions }: Stage, keyword: string): StageInstruction | undefined {
  return instructions.findLast((each) => each.keyword === keyword);
}

/** Where the files are that `npm run release` makes, or those of them that the tests have made. */
export const releaseFolder = process.env.RELEASE_UNDER_TEST || path.join(root, 'dist', 'release');

/** The files that a source of COPY means, in whose name `*` may stand once; all are files of a release. */
export function filesGiven(source: string): readonly string[] {
  const [start = '', end] = path.basename(source).split('*');
  const isMeant = (name: string) =>
    end === undefined ? name === start : name.startsWith(start) && name.endsWith(end);
  const made = existsSync(releaseFolder) ? readdirSync(releaseFolder) : [];
  return made.filter(isMeant).map((name) => path.join(releaseFolder, name));
}
