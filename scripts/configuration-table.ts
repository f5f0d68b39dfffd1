/** `pnpm docs:configuration`: writes the README's table of variables, from the functions that read them. */
import { readFile, writeFile } from 'node:fs/promises'
import { configurationTable, withConfigurationTable } from '../tidy/configuration-table.ts'
import { serviceVariables } from '../tidy/service-variables.ts'
import { readWorkspace } from '../tidy/workspace.ts'

process.chdir(`${import.meta.dirname}/..`)
const { files } = await readWorkspace()
const readme = withConfigurationTable(
  await readFile('README.md', 'utf8'),
  configurationTable(await serviceVariables(files)),
)
if (readme === undefined) throw new Error('README.md has no marks for the table')
await writeFile('README.md', readme)
