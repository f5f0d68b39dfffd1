import { posix } from 'node:path'
import { resolveOurs, type Workspace } from './workspace.ts'

/** The file of ours that an import of the file at `path` stands for, from the root; undefined for libraries. */
export function importTarget(
  workspace: Pick<Workspace, 'packages'>,
  path: string,
  specifier: string,
): string | undefined {
  return specifier.startsWith('.')
    ? posix.join(posix.dirname(path), specifier)
    : resolveOurs(workspace, specifier)?.file
}
