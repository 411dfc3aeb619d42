/** `npm run reference`: writes docs/configuration.md from the schemas of all parts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PARTS } from '../src/parts.ts'
import { configSections } from '../src/server.ts'
import { referenceText } from '../src/system/config_reference.ts'
import { PACKAGE_ROOT } from '../src/system/paths.ts'

export const REFERENCE = join(PACKAGE_ROOT, 'docs/configuration.md')

export const referencePage = (): string => `# Configuration

Written by \`npm run reference\` from the schemas, which check the file itself: change them, not this page. \`fzpay config reference\` prints it, \`fzpay config check FILE\` tells every
mistake of a file without starting anything.

One YAML file: \`FZPAY_CONFIG\`, else \`./fzpay.yaml\`, else none. \`\${NAME}\` in a text is taken from the environment, \`x_file: PATH\` gives \`x\` the content of a file (from the
configuration's folder on): so no secret needs to stand in it. A complete example: [deploy/fzpay.example.yaml](../deploy/fzpay.example.yaml). \`NAME\` in a path is a name of your own,
\`(type: sftp)\` the choice that the field belongs to, \`a–b\` a range. What is read from the environment alone: [deployment.md](deployment.md#environment).

${referenceText(configSections(PARTS), 'en')}
`

if (import.meta.main) {
  writeFileSync(REFERENCE, referencePage())
  console.log('docs/configuration.md')
}
