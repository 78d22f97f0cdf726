# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the page itself says, in Japanese: by English text (msgid)."""

from __future__ import annotations

from collections.abc import Mapping

UI: Mapping[str, str] = {
    # Head
    "Readiness for NVMe hot plug": "NVMe ホットプラグの準備状況",
    "Made": "作成日時",
    "Sections": "目次",
    "ready": "準備完了",
    "not ready": "要対応",
    "unknown": "不明",
    "Nothing was judged: the report has no hosts and no VMs.": (
        "判定の対象がありません。レポートにホストも仮想マシンも含まれていません。"
    ),
    "Not ready: {no} of {total} hosts and VMs do not meet what NVMe hot plug needs.": (
        "準備未完了: ホストと仮想マシン {total} 台のうち {no} 台が、NVMe ホットプラグの要件を満たしていません。"
    ),
    "Not decided: of {unknown} of {total} hosts and VMs not all is known.": (
        "判定保留: ホストと仮想マシン {total} 台のうち {unknown} 台に、確認できていない要件があります。"
    ),
    "Not decided: something is wrong with the inventory of these {total} hosts and VMs.": (
        "判定保留: ホストと仮想マシン {total} 台のインベントリに問題があります。"
    ),
    "Ready: all {total} hosts and VMs meet what NVMe hot plug needs.": (
        "準備完了: ホストと仮想マシン {total} 台すべてが、NVMe ホットプラグの要件を満たしています。"
    ),
    "A part of the inventory: {hosts} of {all_hosts} hosts, {vms} of {all_vms} VMs.": (
        "インベントリの一部が対象です: ホスト {hosts} / {all_hosts}、仮想マシン {vms} / {all_vms}"
    ),
    "Something in the plan cannot be done as things are. Obstacles: {count}": (
        "変更計画の中に、現状では実行できないものがあります。阻害要因: {count} 件"
    ),
    "What is wrong with the inventory": "インベントリの問題点",
    # Statuses
    "pass": "適合",
    "fail": "不適合",
    "warn": "注意",
    "attested": "申告済み",
    "not attested": "未申告",
    "not applicable": "対象外",
    "Read, and as it has to be.": "読み取った値が要件どおりです。",
    "Read, and not as it has to be.": "読み取った値が要件を満たしていません。",
    "Worth knowing; stops nothing.": "知っておくべき事項です。作業の妨げにはなりません。",
    "Could not be read.": "読み取れませんでした。",
    "Cannot be read; an operator vouches for it.": "読み取る手段がなく、担当者が確認のうえ申告しています。",
    "Cannot be read; nobody vouches for it yet.": "読み取る手段がなく、まだ申告されていません。",
    "Does not concern this host or VM.": "このホストまたは仮想マシンには該当しません。",
    # Filter
    "Search host, VM, serial, slot": "ホスト、仮想マシン、シリアル番号、スロットを検索",
    "Requirement": "要件",
    "All requirements": "すべての要件",
    "Status": "状態",
    "Show all": "すべて表示",
    "Shown: {hosts} of {all_hosts} hosts, {vms} of {all_vms} VMs, {drives} of {all_drives} drives.": (
        "表示中: ホスト {hosts} / {all_hosts}、仮想マシン {vms} / {all_vms}、ドライブ {drives} / {all_drives}"
    ),
    # Findings
    "The guest gave no answer": "ゲスト OS から応答がありませんでした",
    "Nobody asked the guest": "ゲスト OS に問い合わせていません",
    "The health of drives": "ドライブの健全性",
    "What has to be done": "必要な対応",
    "Hosts: {count}": "ホスト {count} 台",
    "VMs: {count}": "仮想マシン {count} 台",
    "Names: {count}": "{count} 台の名前",
    "What was read: {count}": "読み取った値 {count} 種類",
    "Nothing.": "ありません。",
    "The host could not be asked": "ホストに問い合わせできませんでした",
    "The VM could not be asked": "仮想マシンの情報を取得できませんでした",
    # Tables
    "Host": "ホスト",
    "Hosts": "ホスト",
    "VM": "仮想マシン",
    "VMs": "仮想マシン",
    "Ready": "準備状況",
    "Guest": "ゲスト OS",
    "The report has no hosts.": "レポートにホストはありません。",
    "The report has no VMs.": "レポートに仮想マシンはありません。",
    "maintenance mode": "メンテナンスモード",
    "Value": "値",
    "{part} of {whole}": "{part} / {whole}",
    "Host profile {name}": "ホストプロファイル {name}",
    "Source": "取得元",
    "Evidence": "根拠",
    "Remedy": "対処",
    "Close": "閉じる",
    # Guests
    "Guests that did not answer": "応答のないゲスト OS",
    "answered": "応答あり",
    "did not answer": "応答なし",
    "not asked": "問い合わせなし",
    "Health of drives, as guests tell it": "ゲスト OS から見たドライブの健全性",
    "Health": "健全性",
    "These drives are well by what they tell:": "次のドライブは、ドライブ自身の報告では問題ありません。",
    "Path": "パス",
    "Firmware": "ファームウェア",
    "What was seen": "確認内容",
    # Drives
    "Drives": "ドライブ",
    "Slot": "スロット",
    "Serial": "シリアル番号",
    "Address": "アドレス",
    "Model": "モデル",
    "Passthrough": "パススルー",
    "Owner": "使用者",
    "No drives are known.": "ドライブの情報がありません。",
    "free": "未使用",
    "see below": "下記参照",
    "a VM": "仮想マシン",
    "passthrough": "有効",
    "passthrough pending": "有効化待ち (再起動が必要)",
    "leaving passthrough": "無効化待ち (再起動が必要)",
    "off": "無効",
    "not capable": "非対応",
    "gone from the host (V3)": "ホストから消失 (V3)",
    # The rest
    "Capabilities": "実行できる操作",
    "No host was judged by its capabilities.": "実行できる操作を判定したホストはありません。",
    "Attestations": "申告",
    "Attested by": "申告者",
    "{by}, {date}": "{by}、{date}",
    "Date": "日付",
    "Reference": "参照",
    "For": "対象",
    "Nobody attests anything.": "申告はありません。",
    "Plan": "変更計画",
    "The plan has hosts or VMs that this report does not judge: {names}": (
        "変更計画には、このレポートで判定していないホストまたは仮想マシンが含まれています: {names}"
    ),
    (
        "{hosts} of {all_hosts} hosts to prepare, {reboots} of them with a reboot; {vms} of {all_vms} VMs to prepare; "
        "drives: {added} in, {removed} out; {obstacles} obstacles."
    ): (
        "準備するホスト {hosts} / {all_hosts} 台 (うち再起動あり {reboots} 台)、"
        "準備する仮想マシン {vms} / {all_vms} 台、ドライブ: 追加 {added}、取り外し {removed}、阻害要因 {obstacles} 件"
    ),
    "enable passthrough of {device} ({what}, {requirement})": "{device} のパススルーを有効化 ({what}、{requirement})",
    "reboot, {after} ({requirement})": "再起動、{after} ({requirement})",
    "in force: {settings}": "反映: {settings}",
    "finish what an earlier run left: its maintenance mode ({requirement})": (
        "以前の実行が残したメンテナンスモードを終了 ({requirement})"
    ),
    "deploy from the template ({requirement})": "テンプレートからデプロイ ({requirement})",
    "set {what} from {before} to {after} ({requirement})": "{what} を {before} から {after} に設定 ({requirement})",
    "power on ({requirement})": "パワーオン ({requirement})",
    "hot-add {device} ({what}, {requirement})": "{device} をホットアド ({what}、{requirement})",
    "hot-remove {device} ({what}, {requirement})": "{device} をホットリムーブ ({what}、{requirement})",
    "{what}, serial {serial}": "{what}、シリアル番号 {serial}",
    "{step}, powered off for it": "{step}、そのためにパワーオフ",
    "note": "注記",
    "needs first": "先に必要",
    "OBSTACLE": "阻害要因",
    "No plan was given.": "変更計画は指定されていません。",
    "What the collection keeps by itself": "コレクションが自動的に守る要件",
    "How it is kept": "守り方",
}
