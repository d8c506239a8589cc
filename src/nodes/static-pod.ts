import { cleanPath, joinPath } from '../go/file-path.js';
import type { NodeFiles } from './node-files.js';
import { argumentsOf, shellWords } from './shell-words.js';
import { itemsOf, mappingOf, readYaml, textOf, type YamlMapping } from './yaml-file.js';

/** A program that the kubelet runs by a manifest on this node. */
export interface StaticPod {
  /** Of the program, without its name. */
  readonly args: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** The path on the node of a path in the container. */
  readonly pathOnNode: (path: string) => string;
}

/**
 * The container of a manifest that runs the program; undefined when there is none.
 * @throws CommandError when the manifest is no YAML
 */
export async function readStaticPod(
  files: NodeFiles,
  path: string,
  program: string,
): Promise<StaticPod | undefined> {
  const specs = (await readYaml(files, path)).map((document) => mappingOf(mappingOf(document).spec));
  for (const spec of specs) {
    for (const container of itemsOf(spec.containers).map(mappingOf)) {
      const variables = variablesOf(container);
      const words = commandLine(container).map((word) => expand(word, variables));
      const args = argumentsOf(words, program);
      if (args === undefined) continue;
      const mounts = hostMounts(spec, container);
      return { args, variables, pathOnNode: (inside) => onNode(inside, mounts) };
    }
  }
  return undefined;
}

/** The words of `command` and `args`, each of which is a list, or by mistake one text. */
function commandLine({ command, args }: YamlMapping): string[] {
  return [command, args].flatMap((part) =>
    typeof part === 'string' ? shellWords(part) : itemsOf(part).map((word) => textOf(word) ?? ''),
  );
}

function variablesOf({ env }: YamlMapping): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const { name, value } of itemsOf(env).map(mappingOf)) {
    const [nameText, text] = [textOf(name), textOf(value)];
    if (nameText !== undefined && text !== undefined) variables[nameText] = expand(text, variables);
  }
  return variables;
}

/** Replaces `$(NAME)` as the kubelet does: `$$` is a dollar, and variables without a value in the manifest stay as they are. */
function expand(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$\$|\$\(([^)]*)\)/g, (found, name?: string) => {
    if (name === undefined) return '$';
    return (Object.hasOwn(variables, name) ? variables[name] : undefined) ?? found;
  });
}

interface HostMount {
  /** In the container. */
  readonly at: string;
  readonly onNode: string;
}

/** The directories of the node that the container has, the most specific first. */
function hostMounts(spec: YamlMapping, container: YamlMapping): HostMount[] {
  const hostPaths = new Map(
    itemsOf(spec.volumes)
      .map(mappingOf)
      .map(({ name, hostPath }) => [textOf(name), textOf(mappingOf(hostPath).path)] as const),
  );
  return itemsOf(container.volumeMounts)
    .map(mappingOf)
    .flatMap(({ name, mountPath, subPath }) => {
      const hostPath = hostPaths.get(textOf(name));
      const at = textOf(mountPath);
      if (hostPath === undefined || at === undefined) return [];
      return [{ at: cleanPath(at), onNode: joinPath(hostPath, textOf(subPath) ?? '') }];
    })
    .sort((a, b) => b.at.length - a.at.length);
}

function onNode(inside: string, mounts: readonly HostMount[]): string {
  const path = cleanPath(inside);
  const mount = mounts.find(({ at }) => path === at || path.startsWith(at === '/' ? at : `${at}/`));
  return mount === undefined ? path : joinPath(mount.onNode, path.slice(mount.at.length));
}
