import type { Sentence } from '../matching/entry.ts'

/** A page of the library. The codes are those that the engine gives (`src/matching/`), and those of what people and restatements do. */
export type BuiltIn = {
  readonly name: Sentence
  /** By which stated rule it is found. */
  readonly recognised: Sentence
  readonly whatToDo: Sentence
  readonly whomToAsk: Sentence
  /** A code of `src/discrepancies/actions.ts`; '' where nothing is to be done. */
  readonly usualAction: string
}

const say = (zh: string, en: string): Sentence => ({ zh, en })
const page = (
  name: Sentence,
  recognised: Sentence,
  whatToDo: Sentence,
  whomToAsk: Sentence,
  usualAction: string,
): BuiltIn => ({ name, recognised, whatToDo, whomToAsk, usualAction })

const CHANNEL = say('渠道对账支持', 'The channel’s reconciliation support')
const NOBODY = say('不需要', 'Nobody')
const OPERATOR = say('运维', 'The operator')
const MERCHANT = say('收费单位', 'The merchant')
const WAITS = say('等待即可：下一份账单到达后自动对平', 'Wait: the next statement settles it by itself')

export const BUILT_IN_CAUSES: Readonly<Record<string, BuiltIn>> = {
  cutoff: page(
    say('日切前后', 'Around the cutoff'),
    say(
      '时间在日切前后的缓冲分钟数内，对方可能记在相邻账期',
      'Within the margin of the cutoff: the other side may have it on the next or the last day',
    ),
    WAITS,
    NOBODY,
    'wait',
  ),
  neighbouring_day: page(
    say('属于相邻账期', 'Belongs to the neighbouring day'),
    say('属于相邻账期，该账期的账单尚未到达', 'Belongs to a neighbouring day whose books are not here yet'),
    WAITS,
    NOBODY,
    'wait',
  ),
  statement_missing: page(
    say('没有这个渠道的账单', 'No statement of this channel'),
    say('该渠道或该账期的对账单尚未到达', 'No statement of the channel, or of this day, has come'),
    say('催取或上传账单', 'Have the statement fetched, or upload it'),
    CHANNEL,
    'wait',
  ),
  payment_in_progress: page(
    say('支付处理中', 'Payment in progress'),
    say('一方仍为处理中，资金尚未变动', 'One side still has it in progress; no money has moved'),
    say('等待结果；超过一天仍无结果时主动查询', 'Wait; ask the channel if there is no outcome after a day'),
    CHANNEL,
    'wait',
  ),
  refund_in_progress: page(
    say('退款处理中', 'Refund in progress'),
    say('退款一方仍为处理中，账单尚未列出', 'The refund is in progress on one side and not listed yet'),
    say('等待退款到账；银行卡退款可达数个工作日', 'Wait: refunds to bank cards take some working days'),
    CHANNEL,
    'wait',
  ),
  not_in_statement: page(
    say('账单没有这一笔', 'Not in the statement'),
    say(
      '平台成功，账单按号码、金额和时间均未找到',
      'Ours succeeded; the statement has nothing by number, amount or time',
    ),
    say(
      '主动查询渠道：渠道否认则冲正，确认则催补账单',
      'Ask the channel: reverse it if denied, have the statement completed if confirmed',
    ),
    CHANNEL,
    'accept_channel',
  ),
  lost_notice: page(
    say('疑似掉单（通知丢失）', 'Probably a lost notice'),
    say(
      '渠道成功，平台没有成功记录，可能是支付通知丢失',
      'The channel took it; ours has no success, the notice may be lost',
    ),
    say('补单：主动查询，渠道确认后入账', 'Supplement: ask the channel, and book it when confirmed'),
    CHANNEL,
    'supplement',
  ),
  platform_not_updated: page(
    say('平台状态未更新', 'Platform not updated'),
    say(
      '号码一致，渠道成功，平台为失败或关闭',
      'The numbers agree; the channel has a success where ours failed or was closed',
    ),
    say('补单；若缴费单已另行缴清，则退款', 'Supplement; refund it if the bill was paid otherwise'),
    CHANNEL,
    'supplement',
  ),
  channel_failed: page(
    say('渠道未成功', 'Failed at the channel'),
    say(
      '号码一致，平台成功，渠道为失败或关闭',
      'The numbers agree; ours succeeded where the channel failed or closed it',
    ),
    say('主动查询确认后冲正平台记录', 'Ask the channel; reverse ours when it is certain'),
    CHANNEL,
    'accept_channel',
  ),
  unknown_to_platform: page(
    say('平台没有这个单号', 'Number unknown to the platform'),
    say('渠道退出，平台没有对应的退款记录', 'The channel paid back what ours has no refund for'),
    say(
      '查明是谁在渠道后台发起的退款，再补记',
      'Find out who refunded in the channel’s own console, then accept the channel’s record',
    ),
    say('渠道对账支持，渠道后台操作员', 'The channel’s support, and whoever works its console'),
    'accept_channel',
  ),
  number_conflict: page(
    say('单号相同，其他都不同', 'Same number, all else differs'),
    say('渠道号已由另一条记录对平，内容不同', 'The channel number is settled by another record with other content'),
    say('向渠道核实两条记录', 'Ask the channel about both records'),
    CHANNEL,
    'accept_channel',
  ),
  amount_entry: page(
    say('疑似金额录错', 'Amount probably entered wrongly'),
    say(
      '号码一致，金额不同；常见为小数点错位或数字颠倒',
      'The numbers agree, the amounts do not; often a slipped point or exchanged digits',
    ),
    say('核对原始单据，以实收为准', 'Check the original; what was really received counts'),
    MERCHANT,
    'accept_channel',
  ),
  split_incomplete: page(
    say('分笔没有凑足', 'Parts add up to less'),
    say('同一缴费单分笔合计不符', 'The parts of one order do not add up'),
    say('查找缺少的一笔，或等待次日账单', 'Look for the missing part, or wait for the next statement'),
    MERCHANT,
    'match',
  ),
  split_excess: page(
    say('分笔超出应付', 'Parts add up to more'),
    say('同一缴费单平台分笔合计多于渠道', 'Ours has more parts of one order than the channel has'),
    say('核对多出的一笔：未成功则冲正', 'Check the extra part: reverse it if it did not succeed'),
    MERCHANT,
    'accept_channel',
  ),
  parts_limit: page(
    say('分笔过多', 'Too many parts'),
    say('同一缴费单的分笔数超过规则上限', 'More parts of one order than the rules let come together'),
    say('人工核对后手工匹配', 'Check them and match by hand'),
    MERCHANT,
    'match',
  ),
  batch_incomplete: page(
    say('批次合计不等', 'Batch does not add up'),
    say('结算批次与入账合计不符', 'A settlement batch and what was paid in do not add up'),
    say('按证据中的差额查找缺少的一笔', 'Look for the row that the gap names'),
    CHANNEL,
    'match',
  ),
  equal_candidates: page(
    say('候选完全一样', 'Equal candidates'),
    say('金额相同、时间相近且无可用号码，不能分辨', 'One amount at about one time without a usable number'),
    say('按付款人或回单核对后手工匹配', 'Match by hand after asking for the payer or the receipt'),
    MERCHANT,
    'match',
  ),
  several_sums: page(
    say('有多种凑法', 'Several sums fit'),
    say('有几组记录同样能凑成该金额', 'Several groups of rows make the same sum'),
    say('索取明细后手工匹配', 'Ask for the details and match by hand'),
    CHANNEL,
    'match',
  ),
  too_many_candidates: page(
    say('候选过多', 'Too many candidates'),
    say('候选笔数超过规则上限，不作猜测', 'More candidates for one sum than the rules allow; nothing is guessed'),
    say('索取明细后手工匹配', 'Ask for the details and match by hand'),
    CHANNEL,
    'match',
  ),
  search_budget: page(
    say('候选太多', 'Too many candidates'),
    say('在规定的搜索量内没有答案', 'No answer within the stated search budget'),
    say('索取明细后手工匹配', 'Ask for the details and match by hand'),
    CHANNEL,
    'match',
  ),
  duplicate_submit: page(
    say('重复提交', 'Submitted twice'),
    say(
      '缴费单已缴清，平台又记一笔，账单无对应收款',
      'The bill is settled; ours has it once more, the statement does not',
    ),
    say('主动查询确认后冲正多出的一笔', 'Ask the channel, then reverse the extra one'),
    OPERATOR,
    'accept_channel',
  ),
  double_capture: page(
    say('渠道重复扣款', 'Captured twice by the channel'),
    say('缴费单已缴清，渠道又收一次', 'The bill is settled and the channel took it again'),
    say('退还多收的一笔', 'Give the extra one back'),
    MERCHANT,
    'refund_duplicate',
  ),
  listed_twice: page(
    say('账单重复列示', 'Listed twice'),
    say(
      '同一渠道号、相同内容在账单中出现两次，没有多动资金',
      'One record stands twice in the statement; no money moved',
    ),
    say('不需处理', 'Nothing is to be done'),
    NOBODY,
    '',
  ),
  fee_rate: page(
    say('费率不同', 'Another rate'),
    say(
      '本金一致，手续费与约定费率或平台记录不同',
      'The principal agrees; the fee differs from the agreed rate or our record',
    ),
    say(
      '核对合同费率；渠道调价后更新规则',
      'Check the contract; after a change of rates write a new version of the rules',
    ),
    CHANNEL,
    'accept_channel',
  ),
  currency_differs: page(
    say('两边币种不同', 'Two currencies'),
    say('号码一致，币种不同', 'The numbers agree, the currencies do not'),
    say('向渠道核实结算币种', 'Ask the channel for the currency of settlement'),
    CHANNEL,
    'accept_channel',
  ),
  below_threshold: page(
    say('低于豁免金额', 'Below the waiver'),
    say('金额低于规则的豁免金额，计入汇总', 'Below the amount of the rules: counted and summed'),
    say('不需处理', 'Nothing is to be done'),
    NOBODY,
    '',
  ),
  restated_statement: page(
    say('账单重述', 'Restated statement'),
    say(
      '已关账账期的账单被新版本改动或撤销，差额记入当前账期',
      'A newer version changed the statement of a closed day; the difference is entered in the open one',
    ),
    say('向渠道索取更正说明，核实后认可渠道', 'Ask the channel why; accept its record when it is right'),
    CHANNEL,
    'accept_channel',
  ),
  unmatched_by_hand: page(
    say('人工拆分', 'Unmatched by hand'),
    say('有人拆开了一组匹配，引擎不再自动匹配', 'Somebody took a match apart; the engine leaves its rows alone'),
    say('与正确的记录手工匹配', 'Match it with the right rows by hand'),
    say('拆分人', 'Whoever took it apart'),
    'match',
  ),
  rest_of_match: page(
    say('匹配余项', 'Rest of a match'),
    say('同一差错的其他记录已手工匹配，这是余下的', 'Other rows of it were matched by hand; this is what is left'),
    say('下一次对账会重新判断', 'The next run looks at it again'),
    NOBODY,
    'wait',
  ),
  other: page(
    say('其他', 'Something else'),
    say('以上都不是', 'None of the others'),
    say('写明原因；反复出现时在库中新增场景', 'Say what it was; add a cause when it comes again'),
    say('财务', 'Finance'),
    '',
  ),
}
