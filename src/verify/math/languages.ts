/** Answers in other writing than Latin: connectives, units, bounds and counting words as the English ones the rest reads. */

const VALUE_BEFORE = String.raw`(?<=[\d})\]%a-zA-Z])\s*`;
const VALUE_AFTER = String.raw`\s*(?=[-\d\\({a-zA-Z])`;

type Rule = readonly [pattern: RegExp, by: string];

const between = (words: string, by: string): Rule => [
  new RegExp(`${VALUE_BEFORE}(?:${words})${VALUE_AFTER}`, 'gu'),
  by,
];
const after = (words: string, by: string): Rule => [
  new RegExp(`(?<=[\\d})])\\s*(?:${words})(?![\\p{Script=Han}\\p{Script=Hangul}\\p{Script=Cyrillic}])`, 'gu'),
  by,
];
const before = (words: string, by: string): Rule => [new RegExp(`(?:${words})\\s*(?=[-\\d\\\\])`, 'gu'), by];
const alone = (words: string, by: string): Rule => [
  new RegExp(`^\\s*(?:\\\\text\\s*\\{\\s*)?(?:${words})\\s*\\}?\\s*$`, 'gu'),
  `\\text{${by}}`,
];

/** `5万` is a number, not five of something: words by how many zeros they stand for. */
const SCALES: readonly (readonly [words: string, zeros: number])[] = [
  ['万亿|兆', 12],
  ['亿|億|억', 8],
  ['百万|백만|млн\\.?|миллион(?:ов|а)?', 6],
  ['万|萬|만(?!에)', 4],
  ['千(?![米克瓦])|천|тыс\\.?|тысяч[аи]?', 3],
];

const withZeros = (text: string): string =>
  SCALES.reduce(
    (out, [words, zeros]) =>
      out.replace(
        new RegExp(`(\\d+)(?:\\.(\\d+))?\\s*(?:${words})(?!\\p{Script=Cyrillic})`, 'gu'),
        (_, whole: string, part = '') => {
          const places = String(part).padEnd(zeros, '0');
          return `${whole}${places.slice(0, zeros)}${places.length > zeros ? `.${places.slice(zeros)}` : ''} `;
        },
      ),
    text,
  );

const UNITS: readonly Rule[] = (
  [
    ['平方公里|平方千米', 'square km'],
    ['平方厘米|平方公分', 'square cm'],
    ['平方米|제곱미터|кв\\.?\\s?м', 'square m'],
    ['立方厘米', 'cubic cm'],
    ['立方米', 'cubic m'],
    ['毫米', 'mm'],
    ['厘米|公分|센티미터|см', 'cm'],
    ['千米|公里|킬로미터|км', 'km'],
    ['米|公尺|メートル|미터|м', 'm'],
    ['千克|公斤|킬로그램|кг', 'kg'],
    ['克|公克|グラム|그램|г', 'g'],
    ['吨|公吨', 'tonne'],
    ['小时|小時|時間|시간|час(?:а|ов)?|ч', 'hours'],
    ['分钟|分鐘|분|минут[аы]?|мин', 'minutes'],
    ['秒|秒钟|초|секунд[аы]?', 'seconds'],
    ['天|日|일|день|дн(?:я|ей)', 'days'],
    ['年|년|лет|год(?:а)?', 'years'],
    ['升|リットル|리터|л', 'l'],
    ['毫升', 'ml'],
    ['元|块|人民币', 'yuan'],
    ['円|日元|엔', 'yen'],
    ['美元|ドル|달러|доллар(?:а|ов)?', 'dollars'],
    ['度|도|градус(?:а|ов)?', 'degrees'],
  ] as const
).map(([words, unit]) => after(words, `\\text{ ${unit}}`));

const RULES: readonly Rule[] = [
  [/\\text\w*\s*\{([^{}A-Za-z]*\p{L}[^{}A-Za-z]*)\}/gu, '$1'],
  [/【[^】]*】/gu, ''],
  between('或者|或いは|或|または|又は|もしくは|또는|이나|или|або|หรือ|أو', ' \\text{ or } '),
  between('以及|和|与|與|及び|及|と|그리고|과|와|и|та|และ|و', ' \\text{ and } '),
  [/(?:입니다|이에요|예요|이다|です|でした|である|だ|となる|になります|になる)(?=\s*[.,。]?\s*$|\s*\})/gu, ''],
  [/(-?\d[\d.,]*)\s*(?:가|이)?\s*(?:아닙니다|아니\S*|ではありません|ではない|じゃない)/gu, '\\text{not }$1'],
  after('(?:\\p{L}{0,2})(?:以上|이상)', '\\text{ or more}'),
  after('(?:\\p{L}{0,2})(?:以下|以内|이하|이내)', '\\text{ or less}'),
  after('(?:\\p{L}{0,2})(?:未満|未满|미만)', '\\text{ or less, without it}'),
  after('(?:\\p{L}{0,2})(?:多|余|초과)', '\\text{ or more, without it}'),
  before('不是|不等于|не|ليس|ではない', '\\text{not }'),
  before('至少|不少于|не менее|не меньше', '\\text{at least }'),
  before('至多|最多|不超过|不多于|не более|не больше', '\\text{at most }'),
  before('大于|超过|多于|более|больше', '\\text{more than }'),
  before('小于|少于|不到|менее|меньше', '\\text{less than }'),
  before('负|負|минус|마이너스|マイナス', '-'),
  before('约|大约|約|大約|共|一共|总共|약|ок\\.', ''),
  alone('无解|無解|解なし|해가 없다|нет решений', 'no solution'),
  alone('不存在|존재하지 않는다|не существует', 'does not exist'),
  alone('是|对|正确|はい|예|네|да', 'yes'),
  alone('否|不是|错|错误|いいえ|아니요|아니오|нет', 'no'),
  alone('全体实数|所有实数|一切实数|実数全体|모든 실수', 'all real numbers'),
  alone('无穷大|正无穷|無限大', 'infinity'),
  alone('偶数|짝수|четное', 'even'),
  alone('奇数|홀수|нечетное', 'odd'),
  ...UNITS,
  // What is counted: a classifier, and the noun.
  [/(?<=[\d})])\s*((?:(?!\p{Script=Latin}|\p{Script=Greek})\p{L})[\p{L}\p{M}\s]*)(?=$|[,;.)\]}\\])/gu, '\\text{ $1}'],
];

const DIGITS = '零一二三四五六七八九';
const MULTIPLES: Readonly<Record<string, number>> = { 十: 10, 百: 100, 千: 1000, 万: 10_000, 亿: 100_000_000 };

/** A Chinese numeral that stands alone, or before a classifier: `四十二`, `三百零五个`. */
const NUMERAL =
  /^(\s*(?:\\text\s*\{)?\s*(?:第|共|一共)?)([零〇一二两兩三四五六七八九十百千万萬亿億]+)(?=$|[个個只隻元人名位种種条條次天年\s}，。])/u;

/** A cleaned answer in English words where it had others; the same text where it had none. */
export function inEnglish(text: string): string {
  if (!/(?!\p{Script=Latin}|\p{Script=Greek})[\p{L}【]/u.test(text)) return text;
  let out = text.replace(NUMERAL, (all: string, head: string, numeral: string) => {
    const value = chineseNumber(numeral);
    return value === undefined ? all : `${head.replace(/\\text\s*\{/, '\\text{')}${value}`;
  });
  out = withZeros(out);
  for (const [pattern, by] of RULES) out = out.replace(pattern, by);
  return out.trim();
}

function chineseNumber(numeral: string): number | undefined {
  const plain = numeral
    .replace(/〇/g, '零')
    .replace(/[两兩]/g, '二')
    .replace(/萬/g, '万')
    .replace(/億/g, '亿');
  if (/^[零一二三四五六七八九]{2,}$/.test(plain)) return Number([...plain].map((c) => DIGITS.indexOf(c)).join(''));
  let [total, group, digit] = [0, 0, -1];
  for (const char of plain) {
    const value = DIGITS.indexOf(char);
    const multiple = MULTIPLES[char];
    if (value >= 0) digit = value;
    else if (multiple !== undefined && multiple < 10_000) {
      group += (digit < 0 ? 1 : digit) * multiple;
      digit = -1;
    } else if (multiple !== undefined) {
      total = (total + group + Math.max(digit, 0)) * multiple;
      [group, digit] = [0, -1];
    }
  }
  return total + group + Math.max(digit, 0);
}
