import { type CommandUnknownOpts, Option } from '@commander-js/extra-typings'
import { type CommandContext, configured, outputOf } from '../command-context.ts'
import { ownerConfig } from '../config.ts'
import { fieldList } from '../output.ts'
import { commandGroup, examples, jsonCommand } from './options.ts'

/** Tenants and environments: by the owner's connection, so that a broken gateway cannot make one. */
export function addTenancy(program: CommandUnknownOpts, context: CommandContext): void {
  const tenants = commandGroup(program, 'tenants', 'who uses the platform', 'tenants create --name Acme')
  jsonCommand(tenants, 'create', 'make a tenant')
    .requiredOption('--name <name>', 'what people call it')
    .addHelpText('after', `\nReads DATABASE_OWNER_URL.\n${examples('tenants create --name Acme')}`)
    .action(async (options) => {
      const { ownerUrl } = configured(context, ownerConfig)
      const { createTenant } = await import('@flexprice/database/tenancy')
      const tenant = await createTenant(ownerUrl, { name: options.name })
      outputOf(context, options).result(tenant, () => fieldList(tenant))
    })

  const environments = commandGroup(
    program,
    'environments',
    "a tenant's separate worlds",
    'environments create --tenant tenant_01J… --name Live --type production',
  )
  jsonCommand(environments, 'create', 'make an environment of a tenant')
    .requiredOption('--tenant <id>', "the tenant's id")
    .requiredOption('--name <name>', 'what people call it')
    .addOption(
      new Option('--type <type>', 'a development one may set its clock')
        .choices(['production', 'development'] as const)
        .makeOptionMandatory(),
    )
    .addHelpText(
      'after',
      `\nReads DATABASE_OWNER_URL.\n${examples('environments create --tenant tenant_01J… --name Live --type production')}`,
    )
    .action(async (options) => {
      const { ownerUrl } = configured(context, ownerConfig)
      const { createEnvironment } = await import('@flexprice/database/tenancy')
      const { tenant: tenantId, name, type } = options
      const environment = await createEnvironment(ownerUrl, { tenantId, name, type })
      outputOf(context, options).result(environment, () => fieldList(environment))
    })
}
