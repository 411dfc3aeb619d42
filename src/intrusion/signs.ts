/** What probes look like. Two tables, because a path and a note are different: see docs/decisions/0015-intrusion.md. */

export const FAMILIES = [
  'sql_union',
  'sql_boolean',
  'sql_time',
  'sql_stacked',
  'sql_error',
  'sql_comment',
  'traversal',
  'null_byte',
  'inclusion',
  'script',
  'template',
  'command',
  'xxe',
  'crlf',
  'log4j',
  'nosql',
  'ldap',
  'scanner',
] as const
export type Family = (typeof FAMILIES)[number]

/** `certain`: nobody writes this by accident in such a place. The others count only when they come again. */
export type Mark = { readonly family: Family; readonly certain: boolean; readonly pattern: RegExp }

const certain = (family: Family, ...patterns: readonly RegExp[]): Mark[] =>
  patterns.map(pattern => ({ family, certain: true, pattern }))
const doubtful = (family: Family, ...patterns: readonly RegExp[]): Mark[] =>
  patterns.map(pattern => ({ family, certain: false, pattern }))

// Every repetition below is bounded or runs over one class of characters, so that no text takes long.

const STATEMENT =
  '(?:select|insert|update|delete|drop|create|alter|truncate|exec(?:ute)?|declare|shutdown|copy|grant|waitfor|call|do|merge|set|begin|vacuum)'
const COMMAND =
  '(?:cat|ls|id|whoami|uname|wget|curl|nc|ncat|bash|sh|ping|nslookup|dir|type|powershell|cmd|sleep|echo|python3?|perl|php|ruby|rm|touch|chmod|net|ipconfig|ifconfig|printenv|env|tftp|certutil|sed|awk|head|tail|ps|kill|reboot)'
const LITERAL = `(?:\\d+|'[^']{0,40}'?|"[^"]{0,40}"?|true|false|null)`

/** Places whose content a schema limits, or that people do not type: paths, query values, identifiers, headers. */
export const STRICT: readonly Mark[] = [
  ...certain(
    'sql_union',
    /\bunion\b[\s(+]{1,40}(?:all|distinct)?[\s(+]{0,40}\bselect\b/i,
    /['")\d][\s)]{0,20}(?:order|group)\s{1,20}by\s{1,20}(?:\d+|\w+)\s*(?:--|#|,|$)/i,
    /\b(?:information_schema|pg_catalog|pg_shadow|pg_user|sysobjects|syscolumns|sqlite_master|all_tables|v\$version|mysql\.user)\b/i,
    /\bselect\b[^;]{1,200}\bfrom\b/i,
    /\binto\s{1,20}(?:out|dump)file\b|\bload_file\s*\(|\bpg_read_file\s*\(|\blo_import\s*\(|\bpg_ls_dir\s*\(/i,
  ),
  ...certain(
    'sql_boolean',
    new RegExp(
      `(?:^|['")\\d\\s])(?:or|and|xor|not)[\\s(+]{1,20}(?:not\\s+)?${LITERAL}\\s*(?:=|<|>|!=|like|rlike|in\\b|is\\b|between)`,
      'i',
    ),
    new RegExp(`['"][\\s)]{0,20}(?:or|and|xor|\\|\\||&&|div|\\^)[\\s(]{0,20}${LITERAL}`, 'i'),
    /['"][\s)]{0,20}(?:or|and|xor|\|\||&&)[\s(]{0,20}(?:\w{1,40}\s*(?:=|<|>|like\b|is\b|in\b)|(?:select|exists|case|if|ascii|substr|length|not)\b)/i,
    /\b(?:or|and)\b[\s(]{1,20}(?:select\b|exists\s*\(|(?:ascii|ord|substr(?:ing)?|mid|length|char_length|count|case\s+when|if|iif)\s*\()/i,
    /['"]\s*(?:=|<>|like)\s*['"]|(['"]?)\b(\w{1,10})\1\s*=\s*\1\2\1\s*(?:--|#|\/\*)/i,
    /['")\d]\s{0,20}having\s{1,20}\d+\s*=/i,
    /\b(?:case\s+when|rlike\s*\(?\s*select|regexp\s*\(?\s*select)\b/i,
    /^-?\d+['"]?\)?\s*(?:or|and)\s+\d+/i,
    /['"]\s*(?:\|\||&&)\s*['"(\w]/,
  ),
  ...certain(
    'sql_time',
    /\b(?:pg_)?sleep\s*\(|\bbenchmark\s*\(\s*\d|\bwaitfor\s{1,20}(?:delay|time)\b|\bdbms_(?:lock|pipe|session)\.|\brandomblob\s*\(|\bgenerate_series\s*\(\s*1\s*,\s*\d{5}/i,
  ),
  ...certain(
    'sql_stacked',
    new RegExp(`;\\s{0,20}${STATEMENT}\\b`, 'i'),
    /\bxp_(?:cmdshell|dirtree|regread|fileexist)\b|\bsp_(?:executesql|oacreate|configure)\b|\bto\s+program\s+'/i,
    /\b(?:drop|truncate)\s{1,20}(?:table|database|schema)\s/i,
    /\binsert\s{1,20}into\s{1,20}\w{1,60}\s*[( ]|\bdelete\s{1,20}from\s{1,20}\w|\bupdate\s{1,20}\w{1,60}\s{1,20}set\s/i,
  ),
  ...certain(
    'sql_error',
    /\b(?:extractvalue|updatexml|xmltype|geometrycollection|multipoint|polygon|linestring|gtid_subset|json_keys|utl_inaddr\.\w+|utl_http\.\w+|ctxsys\.\w+|query_to_xml|database_to_xml)\s*\(/i,
    /\b(?:convert|cast)\s*\(\s*(?:int\b|\(?\s*(?:select|version|user|current|@@|database|chr))/i,
    /floor\s*\(\s*rand\s*\(|exp\s*\(\s*~|procedure\s{1,20}analyse\s*\(|@@(?:version|servername|hostname|datadir)|^@@\w/i,
    /::\s*(?:int|integer|numeric|bigint)\b|['"]\s*\|\|\s*(?:\(|version|current_|chr\s*\()/i,
  ),
  ...certain(
    'sql_comment',
    /['")][\s);]{0,20}(?:--|#|\/\*)/,
    /\/\*!?\d{0,5}.{0,80}\*\//,
    /(?:^|\w)\s*(?:--\s|--\+|--$)|;\s{0,20}(?:--|#|%00|\0)/,
    /\w\/\*\*?\/?\w|\/\*$/,
  ),
  // The key beside Enter is hit by mistake, too.
  ...doubtful('sql_comment', /^[\w'"]{1,40}['"]\s*;?$/i),
  ...certain(
    'traversal',
    /(?:\.\.[\\/]){2}|(?:\.{2,4}[\\/]{1,4}){2}|\.\.;[\\/]|\.\.[\\/]{1,2}(?:etc|proc|var|usr|root|home|windows|winnt|boot|conf|app|src|data|WEB-INF)\b/i,
    /\/etc\/(?:passwd|shadow|hosts|group|issue|crontab|ssh|nginx|apache2|mysql)\b|\/proc\/(?:self|version|cpuinfo|\d+)\b|\/var\/log\/|\/root\/\.|\.ssh\/(?:id_|authorized)/i,
    /\b[a-z]:[\\/]{1,2}(?:windows|winnt|boot\.ini|inetpub|users|program files)|\bwin\.ini\b|\bboot\.ini\b|web-inf[\\/]|\.htaccess|\.htpasswd|\bweb\.config\b/i,
    /^\.\.[\\/]|[=/\\]\.\.(?:[\\/]|$)/,
  ),
  ...certain('null_byte', /\0/),
  ...certain(
    'inclusion',
    /\b(?:php|zip|phar|expect|data|glob|ogg|rar|ssh2|zlib|compress\.\w+|netdoc|gopher|dict|ldap|ldaps|tftp|file):\/{1,3}|\bjar:(?:https?|file):/i,
    /^(?:https?|ftp|smb):\/\/\S{1,300}\.(?:txt|php\d?|jspx?|aspx?|sh|py|pl|cgi|inc|phtml)\b/i,
    /\b169\.254\.169\.254\b|metadata\.google\.internal|^(?:https?:)?\/\/(?:127\.|localhost|0\.0\.0\.0|\[::1?\])/i,
    /^\\\\[\w.-]{1,80}\\|^\/\/[\w.-]{1,80}\/\S{1,100}\.(?:txt|js|php)$|\bdata:[\w/+.-]{1,40};base64,/i,
  ),
  ...certain(
    'script',
    /<\s*\/?\s*(?:script|iframe|object|embed|applet|meta|base|frame|frameset|svg|math|img|image|body|video|audio|input|details|marquee|style|link|form|isindex|textarea|select|keygen|xss|template)\b/i,
    /<[a-z!/?][^>]{0,300}[\s/"']on[a-z]{3,20}\s*=/i,
    /\bon(?:error|load|click|mouseover|mouseenter|focus|toggle|start|begin|input|change|submit|pointerenter|animationstart|beforeinput|wheel|copy|cut|paste|drag)\s*=/i,
    /(?:java|vb|live)\s*script\s*:|\bdata\s*:\s*text\/html|\bexpression\s*\(|\bdocument\s*\.\s*(?:cookie|domain|location|write)|\bwindow\s*[.[]\s*['"]?(?:location|name|open|alert)/i,
    /\b(?:alert|prompt|confirm|eval|setTimeout|setInterval|Function)\s*[(`]|String\.fromCharCode|\bsrcdoc\s*=|\batob\s*\(/i,
    /j\s{0,5}a\s{0,5}v\s{0,5}a\s{0,5}s\s{0,5}c\s{0,5}r\s{0,5}i\s{0,5}p\s{0,5}t\s{0,5}:/i,
  ),
  ...certain(
    'template',
    /\{\{.{0,200}\}\}|\{%.{0,200}%\}|<%[=@!]?.{0,200}%>|#\{[^}]{1,200}\}|\$\{[^}]{1,200}[*+.(][^}]{0,200}\}|\*\{[^}]{1,200}\}|\[\[\$?\{/s,
    /__(?:class|mro|subclasses|globals|builtins|init|import|proto)__|\bconstructor\s*[.[]\s*['"]?(?:prototype|constructor)|java\.lang\.|freemarker\.template|getRuntime|#set\s*\(|@\(\s*\d+\s*[*+-]\s*\d+\s*\)/i,
    /\$\{\d+[*+-]\d+\}|~\[\d+\*\d+\]|\{php\}|\{\$smarty/i,
  ),
  ...certain(
    'command',
    new RegExp(`(?:[;|&\`\\n]|\\$\\(|\\$\\{IFS\\})\\s{0,10}(?:/(?:usr/)?s?bin/)?${COMMAND}\\b`, 'i'),
    /\$\([^)]{1,200}\)|`[^`]{1,200}`|\$\{IFS\}|\$IFS|\(\)\s*\{\s*:\s*;?\s*\}/i,
    /\/(?:usr\/)?s?bin\/(?:ba|da|z|k|c)?sh\b|\/bin\/(?:cat|ls|id|ping|nc)\b|\bcmd(?:\.exe)?\s*\/c\b|\bpowershell(?:\.exe)?\s+-/i,
    /\/dev\/tcp\/|\b(?:wget|curl)\s+(?:-\w+\s+)*https?:|\bnc\s+-\w*e\b|\brm\s+-rf?\s/i,
  ),
  ...certain(
    'xxe',
    /<!doctype\b[^>]{0,200}(?:\[|system\b|public\b)|<!entity\b|<!element\b|<xi:include\b|<\?xml\b|<!\[cdata\[|xmlns:xi\s*=/i,
  ),
  ...certain(
    'crlf',
    /[\r\n\u2028\u2029\u560a\u560d]{1,4}\s{0,4}[a-z][\w-]{1,40}\s{0,4}:/i,
    /[\r\n\u560a\u560d]\s*(?:HTTP\/\d|<|GET\s|POST\s)/i,
  ),
  ...certain(
    'log4j',
    /\$\{\s*(?:jndi|lower|upper|env|sys|date|ctx|main|bundle|java|docker|k8s|marker|log4j|sd|map|base64)\s*:/i,
    /\$\{[^}]{0,40}\$\{|\$\{:{1,2}-/,
    /\bjndi\s*:\s*(?:ldaps?|rmi|dns|iiop|corba|nis|nds|https?)\b/i,
  ),
  ...certain(
    'nosql',
    /\[\s*\$(?:ne|eq|gt|gte|lt|lte|in|nin|or|and|not|nor|regex|where|exists|type|expr|size|all|elemMatch)\s*\]|["']\$(?:ne|eq|gt|gte|lt|lte|in|nin|or|and|not|nor|regex|where|exists|expr|func|lookup|function)["']\s*:/i,
    /^\s*\$(?:ne|eq|gt|gte|lt|lte|in|nin|or|and|not|regex|where|exists|expr)\b/i,
    /\bthis\.\w{1,40}\s*(?:={2,3}|!=|\.match|\.length|\[)|['"]\s*;\s*return\b|\bdb\.(?:getCollection|\w{1,40}\.(?:find|drop|insert|remove|update|aggregate))\s*\(|['"]\s*(?:\|\||&&)\s*['"]?\w{1,20}['"]?\s*={2,3}/i,
    /\breturn\s*\(?\s*(?:true|1)\b|\bmapReduce\b|\$where\b/i,
  ),
  ...certain(
    'ldap',
    /\*\s*\)\s*\(|\)\s*\(\s*[|&!]\s*[()]|\(\s*[|&!]\s*\(\s*\w{1,40}\s*=|\)\s*\(\s*\w{1,40}\s*[=~<>]{1,2}\s*\*|^\s*\*\s*\)/,
  ),
  ...doubtful(
    'scanner',
    /\/\.(?:git|svn|env|aws|DS_Store|vscode|idea|hg)\b/i,
    /\/(?:wp-(?:admin|login|content|includes)|phpmyadmin|phpinfo|adminer|xmlrpc|cgi-bin|manager\/html|actuator|solr|jenkins|struts|vendor\/phpunit|boaform|HNAP1|owa\/auth)\b|\.(?:php\d?|aspx?|jsp|cgi)(?:$|[/?])/i,
  ),
]

/** How a text breaks out of a quote that it did not open: its first quote is followed by an operator. What has Chinese before it is a sentence. */
const BREAK_OUT = `^[^'"\\u3000-\\u9fff]{0,40}['"][\\s)]{0,20}`

/**
 * Notes, reasons, titles, names: people write there about SQL, scripts and files. Only what is built to do something counts, not
 * what speaks of it.
 */
export const FREE_TEXT: readonly Mark[] = [
  ...certain(
    'sql_boolean',
    new RegExp(
      `${BREAK_OUT}(?:or|and|xor|\\|\\||&&)[\\s(]{0,20}(?:not\\s+)?${LITERAL}\\s*(?:=|<|>|like\\b|is\\b|between\\b)`,
      'i',
    ),
    new RegExp(
      `${BREAK_OUT}(?:or|and)[\\s(]{1,20}(?:true|false|\\w{1,20}\\s*=\\s*\\w{1,20})[\\s)]{0,10}(?:--|#|/\\*|;)`,
      'i',
    ),
    new RegExp(
      `${BREAK_OUT}(?:or|and|\\|\\|)[\\s(]{0,20}(?:select\\s|exists\\s*\\(|(?:ascii|ord|substr(?:ing)?|mid|length|if|iif|count)\\s*\\()`,
      'i',
    ),
    /^-?\d{1,9}[\s)]{1,10}(?:or|and)[\s(]{1,10}(\d+)\s*=\s*\1[\s)]{0,10}(?:--|#|\/\*|$)/i,
  ),
  ...certain(
    'sql_union',
    /^(?!\s*select\b)[\w\s'")%-]{0,30}\bunion\s{1,20}(?:all\s{1,20}|distinct\s{1,20})?select\s{1,20}(?:null|\d+|@@|char\s*\(|chr\s*\(|concat|group_concat|version|user|database|current_|table_name|'|password|login)/i,
    new RegExp(`${BREAK_OUT}(?:order|group)\\s{1,10}by\\s{1,10}\\d+\\s*(?:--|#)`, 'i'),
    new RegExp(`${BREAK_OUT}union\\s{1,10}(?:all\\s{1,10}|distinct\\s{1,10})?select\\b`, 'i'),
  ),
  ...certain(
    'sql_time',
    /^[\w\s'")(%;|+-]{0,40}(?:['");|]|\d|\b(?:and|or|select))[\s(]{1,10}(?:pg_)?sleep\s*\(\s*\d{1,6}\s*\)/i,
    /^[\w\s'")(%;-]{0,40}\bwaitfor\s{1,20}delay\s{0,20}'/i,
    /\bbenchmark\s*\(\s*\d{4,12}\s*,\s*(?:md5|sha1)\s*\(/i,
  ),
  ...certain(
    'sql_stacked',
    new RegExp(
      `${BREAK_OUT};\\s{0,10}(?:drop|delete|insert|update|exec(?:ute)?|select|declare|shutdown|truncate|alter|create|copy|waitfor)\\b`,
      'i',
    ),
    /^[\w-]{1,20}[\s)]{0,10};\s{0,10}(?:drop|truncate|alter|create)\s{1,10}(?:table|database|schema|user)\b[^。，；]{0,80}(?:--|#|;|$)/i,
    /;\s{0,10}exec(?:ute)?\s{1,10}(?:master\.{1,2})?xp_cmdshell\b/i,
  ),
  ...certain(
    'sql_error',
    new RegExp(
      `${BREAK_OUT}(?:and|or|\\|\\|)[\\s(]{0,20}(?:extractvalue|updatexml|xmltype|cast|convert|exp|utl_inaddr)\\s*[(.]`,
      'i',
    ),
  ),
  ...certain('sql_comment', /^[\w@.-]{1,30}['"][\s)]{0,10}(?:--|#|\/\*)\s{0,4}[\w-]{0,4}$/),
  ...certain(
    'script',
    /<\s*script[^>]{0,200}>[^<]{0,200}\b(?:alert|prompt|confirm|eval|document|window|fetch|location|import|atob|XMLHttpRequest)\b/i,
    /<\s*(?:img|svg|body|iframe|video|audio|input|details|object|embed|marquee|a|math|style|isindex|div|p|select|button|textarea|image|form|table|keygen|b|x|xss)\b[^>]{0,300}[\s/"']on[a-z]{3,20}\s*=\s*["'`]?\s*(?:alert|prompt|confirm|eval|document|window|fetch|location|this|import|top|self|parent|javascript|\(|\[|&#)/i,
    /\bjavascript\s*:\s*(?:\/\*.{0,40}\*\/\s*)?(?:alert|prompt|confirm|eval|document|window|fetch)\s*[(.`[]/i,
    /<\s*(?:iframe|object|embed|a|form|base|meta|link)\b[^>]{0,300}(?:javascript|data:text\/html|vbscript)\s*[:;,]/i,
    /['"]\s*>\s*<\s*(?:script|img|svg|iframe)\b/i,
    /^['"`]?\s*[;+-]{1,3}\s*(?:alert|prompt|confirm|eval)\s*[(`][^)`]{0,40}[)`]\s*[;+\-/'"`]/i,
  ),
  ...certain(
    'traversal',
    /(?:\.{2,4}[\\/]{1,4}){2,}(?:[\w.-]{1,40}[\\/]){0,3}(?:etc[\\/]|windows[\\/]|winnt[\\/]|boot\.ini|proc[\\/]|passwd|shadow|win\.ini)/i,
  ),
  ...certain(
    'inclusion',
    /\bphp:\/\/(?:filter|input)\b|\bexpect:\/\/\w|\bphar:\/\/\S|\bhttps?:\/\/169\.254\.169\.254\/latest/i,
  ),
  ...certain(
    'template',
    /\{\{\s*\d{1,6}\s*[*+-]\s*'?\d{1,6}'?\s*\}\}|\$\{\s*\d{1,6}\s*[*+-]\s*\d{1,6}\s*\}|<%=\s*\d{1,6}\s*[*+-]\s*\d{1,6}\s*%>|#\{\s*\d{1,6}\s*[*+-]\s*\d{1,6}\s*\}/,
    /__(?:mro|subclasses|globals|builtins)__|\bT\(java\.lang\.|freemarker\.template\.utility|getRuntime\(\)\s*\.\s*exec|\.constructor\.constructor\s*\(|constructor\.constructor\(/i,
  ),
  ...certain(
    'command',
    /(?:[;|&`]|\$\()\s{0,10}(?:\/(?:usr\/)?bin\/)?(?:cat\s{1,4}\/(?:etc|proc|var)|wget\s{1,4}(?:-\S{1,20}\s{1,4})?https?:|curl\s{1,4}(?:-\S{1,20}\s{1,4})?https?:|nc\s{1,4}-\w{0,4}e|bash\s{1,4}-[ci]|sh\s{1,4}-c|powershell\s{1,4}-|rm\s{1,4}-rf\s{1,4}\/|ping\s{1,4}-[nc]\s{1,4}\d|sleep\s{1,4}\d{1,4}\s*(?:[;|&`)#]|$)|whoami\b|uname\s{1,4}-a)/i,
    /\(\)\s*\{\s*:\s*;?\s*\}\s*;|\/dev\/tcp\/\d|\$\{IFS\}/i,
  ),
  ...certain(
    'xxe',
    /<!entity\s{1,10}(?:%\s{1,10})?\w{1,40}\s{1,10}(?:system|public|")|<!doctype\b[^>]{0,100}\[\s{0,20}<!/i,
  ),
  ...certain(
    'crlf',
    /[\r\n]{1,4}(?:set-cookie|location|content-length)\s{0,4}:[^\n]{0,200}[\r\n]{2,4}\s{0,4}(?:<|http\/1)/i,
  ),
  ...certain(
    'log4j',
    /\$\{\s*jndi\s*:/i,
    /\$\{(?:lower|upper|env|::?-|\$\{)[^}]{0,60}\}?[^}]{0,60}\}?(?:[^}]{0,20}\$\{[^}]{0,40}\}){0,8}[^}]{0,10}:?(?:ldaps?|rmi|dns):\/\//i,
  ),
  ...certain(
    'nosql',
    /^\s*\{\s*["']?\$(?:ne|gt|gte|lt|regex|where|in|nin|or)["']?\s*:/i,
    /^['"]\s*(?:\|\||&&)\s*['"]?\w{1,10}['"]?\s*={2}\s*['"]?\w{1,10}/,
  ),
  ...certain('ldap', /^[\w*]{0,20}\*?\)\s*\(\s*(?:[|&!]\s*\(|\w{1,20}=\*\))/),
]
