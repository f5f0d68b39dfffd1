/** `pnpm docs:configuration`: writes the table of variables into docs/configuration.md, from the functions that read them. */
import { readFile, writeFile } from 'node:fs/promises'
import { configurationTable, withConfigurationTable } from '../tidy/configuration-table.ts'
import { serviceVariables } from '../tidy/service-variables.ts'
import { readWorkspace } from '../tidy/workspace.ts'

process.chdir(`${import.meta.dirname}/..`)
const { files } = await readWorkspace()
const page = withConfigurationTable(
  await readFile('docs/configuration.md', 'utf8'),
  configurationTable(await serviceVariables(files)),
)
if (page === undefined) throw new Error('docs/configuration.md has no marks for the table')
await writeFile('docs/configuration.md', page)
