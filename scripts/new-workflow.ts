/**
 * `pnpm new:workflow <kebab-case-name>`: makes the files of CONTRIBUTING's recipe and the lines that make
 * the workflow known (registry and exports). What is left is marked TODO, and `pnpm check` and the tests say the rest.
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type WorkflowNames, workflowFiles } from './workflow-templates.ts'

const root = join(import.meta.dirname, '..')
await newWorkflow(process.argv[2])

async function newWorkflow(name: string | undefined): Promise<void> {
  if (name === undefined || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    return fail('Give a name in kebab-case: pnpm new:workflow subscription-change')
  }
  const pascal = name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase())
  const camel = `${pascal.charAt(0).toLowerCase()}${pascal.slice(1)}`
  const names = { name, camel, type: `${pascal}Workflow` }
  const files = workflowFiles(names)
  const existing = Object.keys(files).filter((file) => existsSync(join(root, file)))
  if (existing.length > 0) return fail(`It exists already: ${existing.join(', ')}`)
  for (const [file, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, file)), { recursive: true })
    await writeFile(join(root, file), content)
  }
  await register(names, pascal)
  process.stdout.write(
    `Made:\n${Object.keys(files)
      .map((file) => `  ${file}\n`)
      .join('')}`,
  )
  process.stdout.write(
    'Next: pnpm install, then the TODOs, its progress in the gateway, a history, pnpm docs:configuration, pnpm deploy:queues and pnpm check.\n',
  )
}

function fail(message: string): void {
  process.stderr.write(`${message}\n`)
  process.exitCode = 1
}

async function register({ name, camel }: WorkflowNames, pascal: string): Promise<void> {
  await edit('packages/contracts/src/workflows/index.ts', (text) =>
    text
      .replace(
        /^(import \{ priceSyncContract)/m,
        `import { ${camel}Contract } from './${name}.schema.ts'\n$1`,
      )
      .replace(/(defineRegistry\(\{\n)/, `$1  '${name}': ${camel}Contract,\n`)
      .concat(`export type { ${pascal}Input, ${pascal}Result } from './${name}.schema.ts'\n`),
  )
  await addExport('packages/contracts/package.json', `./workflows/${name}`, `./src/workflows/${name}.ts`)
  await addExport('packages/activities/package.json', `./${name}`, `./src/${name}/index.ts`)
  await addExport('packages/workflows/package.json', `./${name}`, `./src/${name}/index.ts`)
}

async function addExport(file: string, subpath: string, target: string): Promise<void> {
  await edit(file, (text) => text.replace(/("exports": \{\n)/, `$1    "${subpath}": "${target}",\n`))
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const before = await readFile(join(root, file), 'utf8')
  const after = change(before)
  if (after === before) throw new Error(`${file} is not what it was: add the line by hand`)
  await writeFile(join(root, file), after)
}
