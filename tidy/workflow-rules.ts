import { readFileSync } from 'node:fs'
import { type Source, visit } from './source.ts'
import type { Workspace } from './workspace.ts'

interface Definition {
  readonly path: string
  readonly name: string
  readonly type: string
}

const definitionFolder = 'packages/contracts/src/workflows'

/** Every part that a workflow consists of, from its definition; and no part without a definition. */
export function workflowProblems(workspace: Workspace): string[] {
  const definitions = workspace.sources.flatMap(definitionsIn)
  return [
    ...definitions.flatMap((definition) => partProblems(workspace, definition)),
    ...strayProblems(workspace, new Set(definitions.map(({ name }) => name))),
  ]
}

function definitionsIn(source: Source): Definition[] {
  if (!source.path.startsWith(`${definitionFolder}/`)) return []
  const definitions: Definition[] = []
  visit(source, {
    CallExpression: ({ callee, start, end }) => {
      if (callee.type !== 'Identifier' || callee.name !== 'defineWorkflow') return
      const call = source.text.slice(start, end)
      const name = call.match(/\bname: '([^']*)'/)?.[1] ?? ''
      const type = call.match(/\btype: '([^']*)'/)?.[1] ?? ''
      definitions.push({ path: source.path, name, type })
    },
  })
  return definitions
}

function partProblems(workspace: Workspace, { path, name, type }: Definition): string[] {
  const { files } = workspace
  const needFile = (file: string): string | false => !files.includes(file) && `add the file ${file}`
  const needLine = (file: string, line: string): string | false =>
    !(files.includes(file) && readFileSync(file, 'utf8').includes(line)) && `add to ${file}: ${line}`
  const words = name.split('-').map((word) => word.charAt(0).toUpperCase() + word.slice(1))
  const body = `packages/workflows/src/${name}`
  const missing = [
    type !== `${words.join('')}Workflow` && `call its type ${words.join('')}Workflow`,
    path !== `${definitionFolder}/${name}.ts` && `call its file ${name}.ts`,
    needFile(`${definitionFolder}/${name}.schema.ts`),
    needLine(`${definitionFolder}/index.ts`, `'${name}': `),
    needLine('packages/contracts/package.json', `"./workflows/${name}": "./src/workflows/${name}.ts"`),
    needLine(`${body}/index.ts`, `export async function ${type}(`),
    needLine('packages/workflows/package.json', `"./${name}": "./src/${name}/index.ts"`),
    needFile(`packages/activities/src/${name}/index.ts`),
    needLine('packages/activities/package.json', `"./${name}": "./src/${name}/index.ts"`),
    needFile(`services/worker-${name}/src/main.ts`),
    needLine(`services/worker-${name}/package.json`, `"name": "@flexprice/worker-${name}"`),
    !files.some((file) => file.startsWith(`${body}/`) && file.endsWith('.history.json')) &&
      `record a history: ${body}/<case>.history.json`,
  ]
  return missing.filter((part) => part !== false).map((part) => `${path}:1 workflow ${name}: ${part}`)
}

/** A worker, a body or activities that no definition names would never be given work. */
function strayProblems(workspace: Workspace, names: ReadonlySet<string>): string[] {
  const owners = [
    /^services\/worker-([^/]+)\//,
    /^packages\/workflows\/src\/([^/]+)\/index\.ts$/,
    /^packages\/activities\/src\/([^/]+)\/index\.ts$/,
  ]
  const stray = workspace.files.flatMap((path) => {
    const name = owners.flatMap((owner) => path.match(owner)?.[1] ?? [])[0]
    return name === undefined || names.has(name)
      ? []
      : [`${path}:1 belongs to no workflow: define ${name} in ${definitionFolder}/${name}.ts`]
  })
  return [...new Set(stray)]
}
