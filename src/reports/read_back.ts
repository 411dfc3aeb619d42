import yauzl from 'yauzl'

/** Reads a small workbook of ours back for tests, cell types included. Not a reader for files of others. */

export type ReadCell = { readonly type: string; readonly text: string }

export async function allSheets(path: string): Promise<Map<string, (ReadCell | undefined)[][]>> {
  const parts = await partsOf(path)
  const names = [...(parts.get('xl/workbook.xml') ?? '').matchAll(/<sheet name="([^"]*)"/g)].map(
    match => match[1] ?? '',
  )
  return new Map(names.map((name, i) => [name, cellsOf(parts.get(`xl/worksheets/sheet${i + 1}.xml`) ?? '')]))
}

function cellsOf(xml: string): (ReadCell | undefined)[][] {
  return [...xml.matchAll(/<row r="\d+"[^>]*>(.*?)<\/row>/gs)].map(row => {
    const cells: (ReadCell | undefined)[] = []
    for (const [, letters = '', type = 'n', inner = ''] of (row[1] ?? '').matchAll(
      /<c r="([A-Z]+)\d+" s="\d+"(?: t="(\w+)")?>(.*?)<\/c>/gs,
    )) {
      const column = [...letters].reduce((n, letter) => n * 26 + letter.charCodeAt(0) - 64, 0)
      cells[column - 1] = {
        type,
        text: inner
          .replace(/<[^>]*>/g, '')
          .replace(/&lt;/g, '<')
          .replace(/&gt;/g, '>')
          .replace(/&amp;/g, '&'),
      }
    }
    return cells
  })
}

function partsOf(path: string): Promise<Map<string, string>> {
  return new Promise((resolve, reject) =>
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      const parts = new Map<string, string>()
      zip.on('entry', entry =>
        zip.openReadStream(entry, async (failed, stream) => {
          if (failed) return reject(failed)
          const chunks: Buffer[] = []
          for await (const chunk of stream) chunks.push(chunk as Buffer)
          parts.set(entry.fileName, Buffer.concat(chunks).toString())
          zip.readEntry()
        }),
      )
      zip.on('end', () => resolve(parts))
      zip.on('error', reject)
      zip.readEntry()
    }),
  )
}
