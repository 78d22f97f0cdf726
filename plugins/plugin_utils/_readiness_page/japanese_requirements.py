# Copyright: (c) 2026, directpath.nvme contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tables of requirements say, in Japanese: by English text (msgid), with the same ``{fields}``."""

from __future__ import annotations

from collections.abc import Mapping

_TITLES: Mapping[str, str] = {
    "The host is connected": "ホストが接続されている",
    "ESXi is installed to disk (stateful)": "ESXi がディスクにインストールされている (ステートフル)",
    "maxIntrCookies is configured to 4096": "maxIntrCookies が 4096 に設定されている",
    "The host has been rebooted, so that maxIntrCookies is in force": (
        "ホストが再起動され、maxIntrCookies が有効になっている"
    ),
    "The host is in a datacenter": "ホストがデータセンターに属している",
    "Passthrough of the NVMe drives is in force": "NVMe ドライブのパススルーが有効になっている",
    "The server's vendor supports NVMe hot plug with DirectPath I/O": (
        "サーバのベンダーが DirectPath I/O による NVMe ホットプラグをサポートしている"
    ),
    "The host's firmware is UEFI": "ホストのファームウェアが UEFI である",
    "Platform and drives meet KB 2142307": "プラットフォームとドライブが KB 2142307 の条件を満たしている",
    "The server is certified for VM DirectPath I/O": "サーバが VM DirectPath I/O の認定を受けている",
    "The server is certified for PCIe native hot plug": "サーバが PCIe ネイティブホットプラグの認定を受けている",
    "The server is certified for PCIe native surprise hot plug": (
        "サーバが PCIe ネイティブサプライズホットプラグの認定を受けている"
    ),
    "vCenter and ESXi are 8.0 Update 1 or later, and the host supports NVMe hot plug": (
        "vCenter と ESXi が 8.0 Update 1 以降で、ホストが NVMe ホットプラグに対応している"
    ),
    "PCIe hot plug is enabled in ESXi": "ESXi で PCIe ホットプラグが有効になっている",
    "PCI passthrough is not disabled in ESXi": "ESXi で PCI パススルーが無効化されていない",
    "Posted interrupts may be off for VMs with hot plug": (
        "ホットプラグを使う仮想マシンでは割り込みポスティングがオフになることがある"
    ),
    "Nothing else manages the host's settings": "ホストの設定をほかの仕組みが管理していない",
    "The build of ESXi is not known to lose drives": "ドライブを見失う既知の問題がない ESXi ビルドである",
    "No drives are behind Intel VMD": "Intel VMD の配下にドライブがない",
    "Each NVMe drive is reset alone": "各 NVMe ドライブが単独でリセットされる",
    "Each NVMe drive is passed through alone": "各 NVMe ドライブを単独でパススルーできる",
    "The host is not in maintenance mode": "ホストがメンテナンスモードではない",
    "No task is running on the host": "ホストで実行中のタスクがない",
    "vSphere has contact with the VM": "vSphere が仮想マシンと通信できる",
    "Virtual hardware version 18 or later": "仮想ハードウェアのバージョンが 18 以降である",
    "UEFI boot firmware": "起動ファームウェアが UEFI である",
    "ACPI motherboard layout": "マザーボードのレイアウトが ACPI である",
    "All guest memory reserved": "ゲストメモリがすべて予約されている",
    "Hot plug of passthrough devices enabled": "パススルーデバイスのホットプラグが有効になっている",
    "No IOMMU exposed to the guest": "ゲスト OS に IOMMU を公開していない",
    "No CPU hot plug": "CPU のホットプラグを使っていない",
    "No memory hot plug": "メモリのホットプラグを使っていない",
    "No Dynamic DirectPath I/O devices": "Dynamic DirectPath I/O デバイスがない",
    "At most 128 vCPUs": "vCPU が 128 個以下である",
    "No nested hardware virtualization": "ネストされたハードウェア仮想化を使っていない",
    "No Fault Tolerance": "Fault Tolerance を使っていない",
    "No snapshots": "スナップショットがない",
    "No question is pending": "回答待ちの質問がない",
    "A VM, not a template": "テンプレートではなく仮想マシンである",
    "Not suspended": "サスペンドされていない",
    "On the host that the inventory names": "インベントリが指定するホスト上にある",
    "At most 32 NVMe drives, with those that the inventory wants": (
        "インベントリが求めるものを含めて NVMe ドライブが 32 台以下である"
    ),
    "No more passthrough devices than its host allows it": "パススルーデバイスの数がホストの上限を超えない",
    "Its passthrough devices are NVMe drives": "パススルーデバイスが NVMe ドライブである",
    "Its host has all drives that it has entries for": "エントリのあるドライブがすべてホストに存在する",
    "A guest OS that supports PCI hot plug": "ゲスト OS の種類が PCI ホットプラグに対応している",
    "DRS leaves it on its host": "DRS がホストから移動させない",
    "vSphere HA does not restart it on another host": "vSphere HA が別のホストで再起動しない",
    "No task is running on the VM": "仮想マシンで実行中のタスクがない",
    "The guest's kernel supports hot plug of NVMe drives": (
        "ゲスト OS のカーネルが NVMe ドライブのホットプラグに対応している"
    ),
    "The guest's kernel supports surprise removal of NVMe drives": (
        "ゲスト OS のカーネルが NVMe ドライブのサプライズ取り外しに対応している"
    ),
    "The guest shows all its drives and their users": "ゲスト OS でドライブとその使用者をすべて確認できる",
    "Nothing in the guest counts on a drive that is gone": "ゲスト OS 内で失われたドライブに依存しているものがない",
    "The host has NVMe drives": "ホストに NVMe ドライブがある",
    "The drive's controller answers": "ドライブのコントローラが応答する",
    "The drive has enough spare blocks": "ドライブの予備ブロックが十分にある",
    "The drive is reliable": "ドライブの信頼性が低下していない",
    "The drive can be written to": "ドライブに書き込める",
    "The drive's cache outlasts a loss of power": "ドライブのキャッシュが電源喪失から保護されている",
    "The drive's persistent memory region is reliable": "ドライブのパーシステントメモリ領域の信頼性が低下していない",
    "The drive warns of nothing else": "ドライブがそのほかの警告を出していない",
    "The drive is not too warm": "ドライブの温度が高すぎない",
    "The drive is not worn out": "ドライブの寿命に余裕がある",
    "The drive has lost no data": "ドライブがデータを失っていない",
    "Hot-add of drives that were there when ESXi booted": "ESXi の起動時に装着されていたドライブのホットアド",
    "Hot-add of drives inserted while ESXi runs": "ESXi の稼動中に挿入したドライブのホットアド",
    "Hot-remove through the API": "API によるホットリムーブ",
    "Surprise removal of drives": "ドライブのサプライズ取り外し",
    "There is no graceful physical removal: a drive leaves the VM through the API before it is pulled": (
        "物理的な取り外しを安全に行う手順はない。ドライブは、抜く前に API で仮想マシンから取り外す"
    ),
    "The vSphere Client cannot hot-add or hot-remove": "vSphere Client ではホットアドもホットリムーブもできない",
    "One drive hot-added per ReconfigVM call": "ReconfigVM の呼び出し 1 回につきホットアドは 1 台",
    "One drive hot-removed per call": "呼び出し 1 回につきホットリムーブは 1 台",
    "Nothing else changes in that call": "その呼び出しでほかの変更を行わない",
    "After a hot-add the VM's device list has the drive": "ホットアド後、仮想マシンのデバイスリストにドライブがある",
    "After a hot-remove the VM's device list does not have the drive": (
        "ホットリムーブ後、仮想マシンのデバイスリストにドライブがない"
    ),
    "After a hot-remove the guest does not see the drive": "ホットリムーブ後、ゲスト OS からドライブが見えない",
}

_REMEDIES: Mapping[str, str] = {
    "Make the host readable (docs/least_privilege.md), then ask again.": (
        "ホストを読み取れるように権限などを整え (docs/least_privilege.md)、もう一度確認してください。"
    ),
    "Make the VM readable (docs/least_privilege.md), then ask again.": (
        "仮想マシンを読み取れるように権限などを整え (docs/least_privilege.md)、もう一度確認してください。"
    ),
    "Give the inventory a connection to the guest, as root and with Python 3.9 or later.": (
        "インベントリにゲスト OS への接続を設定してください。root で接続でき、Python 3.9 以降が必要です。"
    ),
    "Reconnect the host in vSphere, then ask again.": "vSphere でホストを再接続し、もう一度確認してください。",
    "Check how ESXi was installed, and attest P1 in nvme_hotplug_attested.": (
        "ESXi のインストール方法を確認し、nvme_hotplug_attested で P1 を申告してください。"
    ),
    "Install ESXi to a disk of this host that holds nothing else.": (
        "このホストのディスクのうち、ほかに何も入っていないものに ESXi をインストールしてください。"
    ),
    "Set maxIntrCookies to 4096 with directpath.nvme.host_boot_param, or run the role host_prepare.": (
        "directpath.nvme.host_boot_param で maxIntrCookies を 4096 に設定するか、ロール host_prepare "
        "を実行してください。"
    ),
    "Configure maxIntrCookies first (P2), then reboot the host.": (
        "先に maxIntrCookies を設定し (P2)、その後ホストを再起動してください。"
    ),
    "Reboot the host with directpath.nvme.host_reboot, or run the role host_prepare.": (
        "directpath.nvme.host_reboot でホストを再起動するか、ロール host_prepare を実行してください。"
    ),
    (
        "Reboot the host with directpath.nvme.host_reboot, or run the role host_prepare. Both refuse where that would "
        "take a drive from whoever uses it: then take the change back with directpath.nvme.nvme_passthrough_toggle."
    ): (
        "directpath.nvme.host_reboot でホストを再起動するか、ロール host_prepare を実行してください。"
        "再起動によって使用中のドライブが使えなくなる場合、どちらも実行を拒否します。その場合は "
        "directpath.nvme.nvme_passthrough_toggle で設定の変更を元に戻してください。"
    ),
    (
        "Reboot the host with directpath.nvme.host_reboot, which refuses to take a drive from whoever uses it. ESXi "
        "8.0 Update 1 may call it pending for ever; then turn passthrough of the drive off and on again with "
        "directpath.nvme.nvme_passthrough_toggle."
    ): (
        "directpath.nvme.host_reboot でホストを再起動してください。使用中のドライブが使えなくなる場合、"
        "このモジュールは再起動を拒否します。ESXi 8.0 Update 1 "
        "では保留のまま変わらないことがあります。その場合は directpath.nvme.nvme_passthrough_toggle "
        "でドライブのパススルーをいったんオフにし、再度オンにしてください。"
    ),
    (
        "Do not reboot the host. Turn passthrough of these drives off again with "
        "directpath.nvme.nvme_passthrough_toggle, and correct the drives that the inventory names."
    ): (
        "ホストを再起動しないでください。directpath.nvme.nvme_passthrough_toggle "
        "でこれらのドライブのパススルーをオフに戻し、インベントリのドライブの指定を修正してください。"
    ),
    (
        "Choose drives that nobody uses (objections of nvme_device_info), and name them in the inventory "
        "(host_prepare_devices): the role host_prepare turns passthrough on for these."
    ): (
        "どこからも使用されていないドライブを選び (nvme_device_info の objections で確認)、インベントリの "
        "host_prepare_devices で指定してください。ロール host_prepare が、指定したドライブのパススルーをオンにします。"
    ),
    "Name another drive in the inventory, or free this one in vSphere first, if nobody needs its data there.": (
        "インベントリで別のドライブを指定してください。そのデータが不要な場合に限り、"
        "先に vSphere でこのドライブの使用をやめることもできます。"
    ),
    "Add the host to a datacenter: playbook join_host.": (
        "ホストをデータセンターに追加してください (Playbook: join_host)。"
    ),
    "Turn passthrough of the drive on with directpath.nvme.nvme_passthrough_toggle, or run the role host_prepare.": (
        "directpath.nvme.nvme_passthrough_toggle でドライブのパススルーをオンにするか、ロール host_prepare "
        "を実行してください。"
    ),
    "Put the drive into the host, or correct the drives that the inventory names.": (
        "ドライブをホストに装着するか、インベントリのドライブの指定を修正してください。"
    ),
    "Have serial numbers remembered while ESXi has its drives (host_drive_memory), or name the drive by its address.": (
        "ESXi がドライブを使用している間にシリアル番号を記録させるか (host_drive_memory)、"
        "ドライブをアドレスで指定してください。"
    ),
    (
        "Ask the server's vendor first, as some have it turned off on purpose (HPE advisory a00121002en_us). Then set "
        "enablePCIEHotplug to TRUE with directpath.nvme.host_boot_param, and reboot the host."
    ): (
        "意図的にオフにするよう案内しているベンダーもあるため (HPE のアドバイザリ a00121002en_us)、"
        "まずサーバのベンダーに確認してください。そのうえで directpath.nvme.host_boot_param で enablePCIEHotplug を "
        "TRUE に設定し、ホストを再起動してください。"
    ),
    "Set disablePciPassthrough to FALSE with directpath.nvme.host_boot_param, and reboot the host.": (
        "directpath.nvme.host_boot_param で disablePciPassthrough を FALSE に設定し、ホストを再起動してください。"
    ),
    "Switch the server to UEFI and reinstall ESXi.": "サーバを UEFI に切り替え、ESXi を再インストールしてください。",
    "Check the server's firmware settings, and attest Q2 in nvme_hotplug_attested.": (
        "サーバのファームウェア設定を確認し、nvme_hotplug_attested で Q2 を申告してください。"
    ),
    "Check the vendor's documentation, and attest Q1 in nvme_hotplug_attested.": (
        "ベンダーのドキュメントを確認し、nvme_hotplug_attested で Q1 を申告してください。"
    ),
    "Check platform and drives against KB 2142307, and attest Q3 in nvme_hotplug_attested.": (
        "プラットフォームとドライブを KB 2142307 と照合し、nvme_hotplug_attested で Q3 を申告してください。"
    ),
    "Check Broadcom's compatibility guide, and attest Q4 in nvme_hotplug_attested.": (
        "Broadcom の互換性ガイドを確認し、nvme_hotplug_attested で Q4 を申告してください。"
    ),
    "Check Broadcom's compatibility guide, and attest Q5 in nvme_hotplug_attested.": (
        "Broadcom の互換性ガイドを確認し、nvme_hotplug_attested で Q5 を申告してください。"
    ),
    (
        "Check Broadcom's compatibility guide and the vendor's rules for pulling drives, and attest Q5_surprise "
        "in nvme_hotplug_attested. Until then, pull no drive before it has left its VM (N7)."
    ): (
        "Broadcom の互換性ガイドと、ドライブの抜き取りに関するベンダーの規則を確認し、nvme_hotplug_attested で "
        "Q5_surprise を申告してください。それまでは、仮想マシンから取り外す前のドライブを抜かないでください (N7)。"
    ),
    "Enable VT-d or AMD-Vi and ACS in the server's firmware, and check drives and slots against KB 2142307.": (
        "サーバのファームウェアで VT-d または AMD-Vi と ACS を有効にし、ドライブとスロットを KB 2142307 "
        "と照合してください。"
    ),
    "Upgrade vCenter and ESXi to 8.0 Update 1 or later.": (
        "vCenter と ESXi を 8.0 Update 1 以降にアップグレードしてください。"
    ),
    "Ask the server's vendor whether the platform supports the feature (Q1), and check its firmware settings.": (
        "プラットフォームがこの機能をサポートするかサーバのベンダーに問い合わせ (Q1)、"
        "ファームウェア設定を確認してください。"
    ),
    "Set maxIntrCookies and passthrough there as well, or they are set back.": (
        "そちらでも maxIntrCookies とパススルーを設定してください。設定しないと元に戻されます。"
    ),
    "Upgrade ESXi to 8.0 Update 3g (build 24859861) or later; KB 409712.": (
        "ESXi を 8.0 Update 3g (ビルド 24859861) 以降にアップグレードしてください (KB 409712)。"
    ),
    "Read KB 391460 before a drive of this host is planned on, and upgrade ESXi.": (
        "このホストのドライブの使用を計画する前に KB 391460 を確認し、ESXi をアップグレードしてください。"
    ),
    (
        "To pass single drives through, turn Intel VMD off in the server's firmware for their slots, while "
        "nothing needs their data. Check first whether the server needs VMD for surprise hot plug and drive LEDs "
        "(Q5)."
    ): (
        "ドライブを 1 台ずつパススルーするには、データを必要とするものがない間に、"
        "サーバのファームウェアで該当スロットの Intel VMD をオフにしてください。サプライズホットプラグやドライブ "
        "LED に VMD が必要なサーバかどうかを先に確認してください (Q5)。"
    ),
    (
        "Hot-add and hot-remove one drive at a time, while its neighbours are idle, and ask the server's vendor "
        "whether the drive can be reset by itself."
    ): (
        "隣接するドライブがアイドルの間に、ホットアドとホットリムーブを 1 台ずつ行ってください。"
        "ドライブを単独でリセットできるかサーバのベンダーに問い合わせてください。"
    ),
    "Plan for the whole group: passthrough takes and gives back all of these devices together.": (
        "グループ全体で計画してください。パススルーはこれらのデバイスをまとめて切り替えます。"
    ),
    "Take the host out of maintenance mode in vSphere when whoever entered it has finished.": (
        "メンテナンスモードに切り替えた担当者の作業が終わったら、vSphere でメンテナンスモードを終了してください。"
    ),
    "Wait until they have ended, then start.": "タスクの終了を待ってから開始してください。",
    "Upgrade its virtual hardware to version 18 or later in vSphere, after a backup; this cannot be undone.": (
        "バックアップを取得したうえで、vSphere で仮想ハードウェアをバージョン 18 "
        "以降にアップグレードしてください。元には戻せません。"
    ),
    "Run vm_hotplug_config on it.": "仮想マシンに対して vm_hotplug_config を実行してください。",
    "Run vm_hotplug_config with allow_firmware_change: true, best before a guest is installed.": (
        "allow_firmware_change: true を指定して vm_hotplug_config を実行してください。ゲスト OS "
        "のインストール前に行うのが最善です。"
    ),
    "Run vm_hotplug_config with correct_unsupported: true.": (
        "correct_unsupported: true を指定して vm_hotplug_config を実行してください。"
    ),
    "Remove its Dynamic DirectPath I/O devices in vSphere.": (
        "vSphere で Dynamic DirectPath I/O デバイスを削除してください。"
    ),
    "Give it at most 128 vCPUs.": "vCPU を 128 個以下にしてください。",
    "Turn Fault Tolerance off for it in vSphere.": "vSphere でこの仮想マシンの Fault Tolerance をオフにしてください。",
    "Delete its snapshots in vSphere.": "vSphere でスナップショットを削除してください。",
    "Resume it in vSphere. To power it off instead discards what was in its memory.": (
        "vSphere でレジュームしてください。代わりにパワーオフすると、メモリの内容は失われます。"
    ),
    "Answer the question in vSphere; until then the VM does nothing else.": (
        "vSphere で質問に回答してください。回答するまで仮想マシンはほかの操作を実行しません。"
    ),
    "Bring its host, its datastore and its files back, then ask again.": (
        "ホスト、データストア、ファイルを復旧し、もう一度確認してください。"
    ),
    (
        "Correct the host that the inventory names and its drives; or take all drives out of the VM (role "
        "nvme_hot_remove), and only then migrate it to that host in vSphere: a drive does not go with it."
    ): (
        "インベントリで指定したホストとそのドライブを修正してください。または、ロール nvme_hot_remove "
        "ですべてのドライブを仮想マシンから取り外してから、vSphere でそのホストに移行してください。"
        "ドライブは仮想マシンと一緒には移動しません。"
    ),
    "Deploy a VM from it, and name that one in the inventory.": (
        "このテンプレートから仮想マシンをデプロイし、インベントリではその仮想マシンを指定してください。"
    ),
    "Spread the drives over several VMs.": "ドライブを複数の仮想マシンに分散してください。",
    "Spread the drives over several VMs, or upgrade ESXi and its virtual hardware: later ones allow more.": (
        "ドライブを複数の仮想マシンに分散するか、ESXi と仮想ハードウェアをアップグレードしてください。"
        "新しいバージョンでは上限が上がります。"
    ),
    "Nothing to do, if it is meant: such devices are moved in vSphere while the VM is off.": (
        "意図したものであれば対処は不要です。このようなデバイスは、仮想マシンのパワーオフ中に vSphere で移動します。"
    ),
    "Run the playbook clean_pulled_drives: it verifies the loss and removes the entries.": (
        "Playbook clean_pulled_drives を実行してください。ドライブの消失を検証し、エントリを削除します。"
    ),
    "Correct its guest OS in vSphere, or ask the guest itself: guest_nvme_info (Q6).": (
        "vSphere でゲスト OS の種類を修正するか、ゲスト OS 自体を確認してください: guest_nvme_info (Q6)。"
    ),
    "Set DRS to manual for this VM, or bind it to its host by a mandatory VM-Host rule.": (
        "この仮想マシンの DRS を手動にするか、必須の仮想マシン-ホストルールでホストに固定してください。"
    ),
    "Disable restarts by vSphere HA for this VM, or bind it to its host by a mandatory VM-Host rule.": (
        "この仮想マシンの vSphere HA による再起動を無効にするか、"
        "必須の仮想マシン-ホストルールでホストに固定してください。"
    ),
    "Load the NVMe driver in the guest: modprobe nvme.": (
        "ゲスト OS で NVMe ドライバをロードしてください: modprobe nvme"
    ),
    "Boot its kernel with pciehp, and without pcie_ports=compat.": (
        "pciehp を有効にし、pcie_ports=compat を指定せずにカーネルを起動してください。"
    ),
    "Boot its kernel with pciehp, and without pcie_ports=compat. Pull no drive before it has left its VM (N7).": (
        "pciehp を有効にし、pcie_ports=compat を指定せずにカーネルを起動してください。"
        "仮想マシンから取り外す前のドライブを抜かないでください (N7)。"
    ),
    "Give the guest Python 3.9 or later.": "ゲスト OS に Python 3.9 以降を用意してください。",
    "Ask it as root: ansible_user: root, or ansible_become: true.": (
        "root で問い合わせてください: ansible_user: root または ansible_become: true"
    ),
    "Playbook verify_hotplug says which drive the guest does not have; its kernel log may say why.": (
        "どのドライブがゲスト OS にないかは、Playbook verify_hotplug で分かります。"
        "原因はゲスト OS のカーネルログを確認してください。"
    ),
    "Make visible to root in the guest what could not be looked at.": (
        "確認できなかった場所を、ゲスト OS の root から見えるようにしてください。"
    ),
    "Unmount it, switch it off, or take it apart, in the guest; what was there comes back only with the drive.": (
        "ゲスト OS でアンマウント、無効化、または構成解除してください。そこにあったデータは、"
        "ドライブを戻さない限り復旧しません。"
    ),
    "Repair the array or pool with another drive, or end the program, in the guest.": (
        "ゲスト OS で別のドライブを使ってアレイまたはプールを修復するか、プログラムを終了してください。"
    ),
    "Put no data on it. Take it out of its VM (role nvme_hot_remove), and return it.": (
        "データを置かないでください。仮想マシンから取り外し (ロール nvme_hot_remove)、返品してください。"
    ),
    "Ask it as root in the guest itself (guest_nvme_info with health), or look at it with its maker's tools.": (
        "ゲスト OS で root として確認するか (health を指定した guest_nvme_info)、メーカーのツールで調べてください。"
    ),
    "See to the cooling of its bay.": "ドライブベイの冷却を確認してください。",
    "Have another drive at hand, and replace it in time (role nvme_replace).": (
        "交換用のドライブを用意し、早めに交換してください (ロール nvme_replace)。"
    ),
    "nvme_hot_remove and nvme_replace say so, and when it is safe": (
        "nvme_hot_remove と nvme_replace が、その旨と安全に抜けるタイミングを知らせます"
    ),
    "all goes through the API; no step is left to the client": "すべて API で行い、クライアントでの操作はありません",
    "several drives become several calls": "複数台のドライブは複数回の呼び出しになります",
    "as L1": "L1 と同じです",
    "the call has nothing else": "呼び出しにはほかの変更を含めません",
    (
        "read back by vm_pci_hotplug, and by hotplug_verify with vm_nvme_info, which holds VM and host against "
        "each other. Where nobody can tell whether a drive is in, the answer is unknown, which fails"
    ): (
        "vm_pci_hotplug が読み直して確認します。hotplug_verify も vm_nvme_info で仮想マシンとホストを照合します。"
        "ドライブの有無を判定できない場合は「不明」となり、失敗とみなします"
    ),
    "as V1": "V1 と同じです",
    "hotplug_verify asks the guest, at the end of hot_remove_nvme": (
        "hot_remove_nvme の最後に、hotplug_verify がゲスト OS に問い合わせます"
    ),
}

_EVIDENCE: Mapping[str, str] = {
    "The host is {state}.": "ホストの状態: {state}。",
    "It could not be read: {reason}.": "読み取れませんでした: {reason}。",
    "The host is connected.": "ホストは接続されています。",
    "The host is {state}; nothing can be done on it.": "ホストの状態は {state} です。操作できません。",
    "The host booted from a stateless cache (bootedFromStatelessCache).": (
        "ホストはステートレスキャッシュから起動しています (bootedFromStatelessCache)。"
    ),
    "The host boots from disk (BootFilesystemUUID {uuid}).": (
        "ホストはディスクから起動しています (BootFilesystemUUID {uuid})。"
    ),
    "The host names no boot device.": "ホストは起動デバイスを示していません。",
    "The host boots over the network ({network}), and {option} cannot be read: {reason}.": (
        "ホストはネットワークから起動しています ({network})。{option} を読み取れません: {reason}。"
    ),
    "The host boots over the network ({network}) and is stateless: it has no {option}.": (
        "ホストはネットワークから起動しており ({network})、ステートレスです。{option} がありません。"
    ),
    "The host boots over the network ({network}), but is installed to disk ({option} is {value}).": (
        "ホストはネットワークから起動していますが ({network})、ディスクにインストールされています ({option} は "
        "{value})。"
    ),
    "The host boots over the network ({network}) and is stateless, with a cache on disk ({option} is '{value}').": (
        "ホストはネットワークから起動しており ({network})、ディスクキャッシュ付きのステートレスです ({option} "
        "は「{value}」)。"
    ),
    "The host boots over the network ({network}) and is stateless ({option} is '{value}').": (
        "ホストはネットワークから起動しており ({network})、ステートレスです ({option} は「{value}」)。"
    ),
    "{name} is configured to {configured} (default {default}).": (
        "{name} の設定値は {configured} です (デフォルト {default})。"
    ),
    "{name} is {runtime} in force, {configured} configured.": (
        "{name} の現在有効な値は {runtime}、設定値は {configured} です。"
    ),
    "{name} is {runtime} in force. A VM with hot plug may run without it.": (
        "{name} の現在有効な値は {runtime} です。ホットプラグを使う仮想マシンでは使われないことがあります。"
    ),
    "{name} is {runtime} in force. The host does not use posted interrupts anyway.": (
        "{name} の現在有効な値は {runtime} です。ホストはもともと割り込みポスティングを使っていません。"
    ),
    "The host has no VMkernel setting {name}.": "ホストに VMkernel 設定 {name} がありません。",
    "The host is in no datacenter.": "ホストはどのデータセンターにも属していません。",
    "The host is in {datacenter}.": "ホストは {datacenter} に属しています。",
    "Asked directly, the host is in {datacenter}, its own datacenter.": (
        "直接接続では、ホストは自身のデータセンター {datacenter} に属しています。"
    ),
    "The host has no NVMe drives.": "ホストに NVMe ドライブがありません。",
    "The host has no such NVMe drive: {drives}.": "該当する NVMe ドライブがホストにありません: {drives}。",
    "No drive is named, and none of {count} NVMe drives is passed through.": (
        "ドライブが指定されておらず、{count} 台の NVMe ドライブのいずれもパススルーになっていません。"
    ),
    "Passthrough is not enabled, and the host uses these drives: {drives}.": (
        "パススルーが有効になっておらず、ホストがこれらのドライブを使用しています: {drives}。"
    ),
    "A reboot would take these drives from the host that uses them: {drives}.": (
        "再起動すると、ホストが使用中のこれらのドライブがホストから使えなくなります: {drives}。"
    ),
    "The host cannot pass drives through that the inventory names: {drives}.": (
        "インベントリで指定されたドライブのうち、ホストがパススルーにできないものがあります: {drives}。"
    ),
    "Nobody can tell what {name} is: '{runtime}' in force, '{configured}' configured.": (
        "{name} の値を判断できません: 現在有効な値は '{runtime}'、設定値は '{configured}' です。"
    ),
    "Passthrough is not enabled: {drives}.": "パススルーが有効になっていません: {drives}。",
    "Passthrough is in force: {drives}.": "パススルーが有効です: {drives}。",
    "Passthrough is enabled, but not yet in force: {drives}.": (
        "パススルーは設定済みですが、まだ有効になっていません: {drives}。"
    ),
    "Passthrough is disabled, but still in force: {drives}.": (
        "パススルーは解除済みですが、まだ有効なままです: {drives}。"
    ),
    "Nobody can tell which drive is meant: {drives}.": "どのドライブを指すのか特定できません: {drives}。",
    "The host can pass none of its {count} NVMe drives through.": (
        "ホストは {count} 台の NVMe ドライブのどれもパススルーできません。"
    ),
    "The host can pass {capable} of its {count} NVMe drives through; no API tells the rest.": (
        "ホストは NVMe ドライブ {count} 台のうち {capable} 台をパススルーできます。それ以外の条件を示す API "
        "はありません。"
    ),
    "The host has {count} NVMe drives (PCI class 0108).": (
        "ホストには NVMe ドライブ (PCI クラス 0108) が {count} 台あります。"
    ),
    "No API tells.": "確認できる API がありません。",
    "The host does not tell its firmware type; vSphere does from 8.0 Update 2 on.": (
        "ホストがファームウェアの種類を示しません。vSphere 8.0 Update 2 以降で取得できます。"
    ),
    "The firmware type is {firmware}.": "ファームウェアの種類は {firmware} です。",
    "ESXi is {version}, the server's API {api}, but 8.0.1.0 is needed.": (
        "ESXi は {version}、サーバの API は {api} ですが、8.0.1.0 が必要です。"
    ),
    "ESXi is {version}, the server's API {api}, but the host does not tell fptHotplugSupported.": (
        "ESXi は {version}、サーバの API は {api} ですが、ホストが fptHotplugSupported を示しません。"
    ),
    "ESXi is {version}, the server's API {api}, but the host says fptHotplugSupported=false.": (
        "ESXi は {version}、サーバの API は {api} ですが、ホストの fptHotplugSupported は false です。"
    ),
    "ESXi is {version}, the server's API {api}, and the host says fptHotplugSupported=true.": (
        "ESXi は {version}、サーバの API は {api} で、ホストの fptHotplugSupported は true です。"
    ),
    "Neither Configuration Profiles nor a host profile apply to the host.": (
        "構成プロファイルもホストプロファイルもホストに適用されていません。"
    ),
    "This can set the boot parameter and passthrough back: {managers}.": (
        "起動パラメータとパススルーを元に戻す可能性があるもの: {managers}。"
    ),
    "ESXi is {version} build {build}: before 8.0 Update 3g a drive can vanish when its VM powers on.": (
        "ESXi は {version} ビルド {build} です。8.0 Update 3g より前では、"
        "仮想マシンのパワーオン時にドライブが消えることがあります。"
    ),
    "ESXi is {version} build {build}, whose ACS check may be why {count} NVMe drives cannot be passed through.": (
        "ESXi は {version} ビルド {build} です。このビルドの ACS チェックが原因で、{count} 台の NVMe "
        "ドライブをパススルーできない可能性があります。"
    ),
    "Nothing is known to bite on ESXi {version} build {build}.": (
        "ESXi {version} ビルド {build} に、既知の問題はありません。"
    ),
    "The host shows no controller of Intel VMD.": "ホストに Intel VMD のコントローラはありません。",
    (
        "Intel VMD is at work: {devices}. Drives behind it are no PCI devices of their own and cannot be passed "
        "through one by one; some servers need it for surprise hot plug and drive LEDs."
    ): (
        "Intel VMD が動作しています: {devices}。配下のドライブは独立した PCI デバイスではないため、1 "
        "台ずつパススルーできません。サプライズホットプラグやドライブ LED に VMD が必要なサーバもあります。"
    ),
    "A reset of these drives may reach others or the link: {drives}.": (
        "次のドライブのリセットは、ほかのドライブやリンクに影響する可能性があります: {drives}。"
    ),
    "The host does not tell how these drives are reset: {drives}.": (
        "次のドライブのリセット方法をホストが示しません: {drives}。"
    ),
    "All NVMe drives are reset alone (Function reset).": (
        "すべての NVMe ドライブが単独でリセットされます (Function reset)。"
    ),
    "Each NVMe drive changes hands alone.": "各 NVMe ドライブは単独で切り替わります。",
    "These devices change hands together: {groups}.": "次のデバイスはまとめて切り替わります: {groups}。",
    "The host is in maintenance mode: no VM starts there.": (
        "ホストはメンテナンスモードです。このホストで仮想マシンは起動しません。"
    ),
    "The host is not in maintenance mode.": "ホストはメンテナンスモードではありません。",
    "No task is running on the host.": "ホストで実行中のタスクはありません。",
    "Tasks are running on the host: {tasks}.": "ホストでタスクが実行中です: {tasks}。",
    "it could not be read: {reason}": "読み取れませんでした: {reason}",
    "nobody can tell, as {path} could not be read: {reason}": "{path} を読み取れず、判定できません: {reason}",
    "vSphere has contact with it": "vSphere は仮想マシンと通信できます。",
    "its connection state cannot be read": "接続状態を読み取れません。",
    "its host is disconnected; what is told of it may be old": (
        "ホストが切断されているため、表示される情報が古い可能性があります。"
    ),
    "it is {state}; nothing can be done with it": "仮想マシンの状態は {state} です。操作できません。",
    "it does not tell its virtual hardware version": "仮想ハードウェアのバージョンが示されていません。",
    "its virtual hardware version is {version}, below {least}": (
        "仮想ハードウェアのバージョンは {version} で、{least} より前です。"
    ),
    "its virtual hardware version is {version}": "仮想ハードウェアのバージョンは {version} です。",
    "it does not tell its firmware": "ファームウェアの種類が示されていません。",
    "its firmware is {firmware}, not efi": "ファームウェアは {firmware} で、efi ではありません。",
    "its firmware is {firmware}": "ファームウェアは {firmware} です。",
    "its motherboard layout is not set, not acpiHostBridges": (
        "マザーボードのレイアウトが未設定で、acpiHostBridges ではありません。"
    ),
    "its motherboard layout is {layout}, not acpiHostBridges": (
        "マザーボードのレイアウトは {layout} で、acpiHostBridges ではありません。"
    ),
    "its motherboard layout is {layout}": "マザーボードのレイアウトは {layout} です。",
    "all its memory is reserved, whatever its size": "サイズにかかわらず、メモリはすべて予約されます。",
    "{reserved} MB of its {size} MB of memory are reserved": (
        "メモリ {size} MB のうち {reserved} MB が予約されています。"
    ),
    "hot plug of passthrough devices is enabled": "パススルーデバイスのホットプラグは有効です。",
    "hot plug of passthrough devices is not enabled": "パススルーデバイスのホットプラグが有効になっていません。",
    "no IOMMU is exposed to its guest": "ゲスト OS に IOMMU は公開されていません。",
    "an IOMMU is exposed to its guest": "ゲスト OS に IOMMU が公開されています。",
    "CPU hot plug is disabled": "CPU のホットプラグは無効です。",
    "CPU hot plug is enabled": "CPU のホットプラグが有効です。",
    "memory hot plug is disabled": "メモリのホットプラグは無効です。",
    "memory hot plug is enabled": "メモリのホットプラグが有効です。",
    "it has Dynamic DirectPath I/O devices: {devices}": "Dynamic DirectPath I/O デバイスがあります: {devices}",
    "it has no Dynamic DirectPath I/O devices": "Dynamic DirectPath I/O デバイスはありません。",
    "it has {count} vCPUs, more than {most}": "vCPU は {count} 個で、上限の {most} 個を超えています。",
    "it has {count} vCPUs": "vCPU は {count} 個です。",
    "hardware virtualization is not exposed to its guest": "ゲスト OS にハードウェア仮想化は公開されていません。",
    "hardware virtualization is exposed to its guest": "ゲスト OS にハードウェア仮想化が公開されています。",
    "it is protected by Fault Tolerance": "Fault Tolerance で保護されています。",
    "it is not protected by Fault Tolerance": "Fault Tolerance で保護されていません。",
    "it has no snapshots": "スナップショットはありません。",
    "it has snapshots, which passthrough devices do not support, and going back to one undoes the preparation": (
        "スナップショットがあります。パススルーデバイスはスナップショットに対応しておらず、"
        "スナップショットに戻すと準備が取り消されます。"
    ),
    "no question is pending": "回答待ちの質問はありません。",
    "it waits for the answer to a question: {question}": "質問への回答を待っています: {question}",
    "it is a template, which never runs": "テンプレートであり、パワーオンされることはありません。",
    "it is no template": "テンプレートではありません。",
    "it is not suspended": "サスペンドされていません。",
    "it is suspended, which passthrough devices do not support": (
        "サスペンドされています。パススルーデバイスはサスペンドに対応していません。"
    ),
    "its power state cannot be read": "電源状態を読み取れません。",
    "the inventory names no host for it": "インベントリにホストの指定がありません。",
    "its host cannot be read": "ホストを読み取れません。",
    "it is on host {host}, as the inventory wants": "インベントリの指定どおり、ホスト {host} 上にあります。",
    "it is on host {host}, whose name cannot be read": "ホスト {host} 上にありますが、その名前を読み取れません。",
    "it is on host {host}, not on {wanted}, whose drives the inventory names": (
        "ホスト {host} 上にあり、インベントリがドライブを指定している {wanted} 上にはありません。"
    ),
    "with what the inventory wants it has {count} NVMe drives": (
        "インベントリが求めるものを含めて、NVMe ドライブは {count} 台です。"
    ),
    "with what the inventory wants it would have {count} NVMe drives": (
        "インベントリが求めるものを含めると、NVMe ドライブは {count} 台になります。"
    ),
    "nobody can tell how many NVMe drives it would have: {count}": "NVMe ドライブが何台になるか判定できません: {count}",
    "its host does not tell how many passthrough devices it may have": (
        "パススルーデバイスの上限数をホストが示しません。"
    ),
    "its host allows it fewer passthrough devices than the inventory wants: {count}": (
        "ホストが許すパススルーデバイスの数が、インベントリの求める数に足りません: {count}"
    ),
    "nobody can tell how many passthrough devices it would have: {count}": (
        "パススルーデバイスが何台になるか判定できません: {count}"
    ),
    "its host allows it as many passthrough devices as the inventory wants: {count}": (
        "インベントリの求める数のパススルーデバイスをホストが許しています: {count}"
    ),
    "the storage of its host was not read": "ホストのストレージを読み取っていません。",
    "all its passthrough devices are NVMe drives, or gone": (
        "パススルーデバイスはすべて NVMe ドライブか、すでに失われたものです。"
    ),
    "it has passthrough devices that are no NVMe drives: {devices}": (
        "NVMe ドライブではないパススルーデバイスがあります: {devices}"
    ),
    "its host has all drives that it has entries for": "エントリのあるドライブは、すべてホストに存在します。",
    "it has entries for drives that its host has no more: {devices}": (
        "ホストから失われたドライブのエントリがあります: {devices}"
    ),
    "it does not tell its guest OS": "ゲスト OS の種類が示されていません。",
    "its host does not know the guest OS {guest}": "ホストはゲスト OS {guest} を認識していません。",
    "its guest OS {guest} supports PCI hot plug": "ゲスト OS {guest} は PCI ホットプラグに対応しています。",
    "its guest OS {guest} does not support PCI hot plug, says its host": (
        "ホストによると、ゲスト OS {guest} は PCI ホットプラグに対応していません。"
    ),
    "its host is in no cluster": "ホストはクラスタに属していません。",
    "DRS of cluster {cluster} neither places nor moves it": (
        "クラスタ {cluster} の DRS は、この仮想マシンの配置も移動も行いません。"
    ),
    "DRS of cluster {cluster} is {behaviour} for it, but the mandatory rule {rule} binds it to its host": (
        "クラスタ {cluster} の DRS は {behaviour} ですが、必須ルール {rule} によりホストに固定されています。"
    ),
    "DRS of cluster {cluster} is {behaviour} for it: at power-on it can land on a host where its drives are not": (
        "クラスタ {cluster} の DRS は {behaviour} です。パワーオン時に、"
        "ドライブのないホストに配置される可能性があります。"
    ),
    "vSphere HA of cluster {cluster} does not restart it": (
        "クラスタ {cluster} の vSphere HA は、この仮想マシンを再起動しません。"
    ),
    "vSphere HA of cluster {cluster} restarts it, but the mandatory rule {rule} binds it to its host": (
        "クラスタ {cluster} の vSphere HA が再起動しますが、必須ルール {rule} によりホストに固定されています。"
    ),
    "vSphere HA of cluster {cluster} may restart it on a host where its drives are not": (
        "クラスタ {cluster} の vSphere HA が、ドライブのないホストで再起動する可能性があります。"
    ),
    "no task is running on it": "実行中のタスクはありません。",
    "tasks are running on it: {tasks}": "タスクが実行中です: {tasks}",
    "The guest was not asked": "ゲスト OS に問い合わせていません。",
    "The guest did not answer: {reason}": "ゲスト OS から応答がありません: {reason}",
    "Its kernel is {release}, pciehp {pciehp}, acpiphp {acpiphp}, NVMe driver {nvme}": (
        "カーネルは {release} です。pciehp: {pciehp}、acpiphp: {acpiphp}、NVMe ドライバ: {nvme}"
    ),
    "Only lspci answered, which tells nothing of the guest's kernel": (
        "lspci しか応答せず、ゲスト OS のカーネルについては分かりません。"
    ),
    "Only lspci answered, which tells neither serial numbers nor users": (
        "lspci しか応答せず、シリアル番号も使用者も分かりません。"
    ),
    "It was not asked as root, so that neither its UUID nor all users are seen": (
        "root で問い合わせていないため、UUID や一部の使用者が見えません。"
    ),
    "It could not look at everything: {places}": "確認できない場所がありました: {places}",
    "Its VM has {given} drives, and it shows {shown}": (
        "仮想マシンにはドライブが {given} 台ありますが、ゲスト OS から見えるのは {shown} 台です。"
    ),
    "All its drives and their users can be seen": "すべてのドライブとその使用者を確認できます。",
    "The guest still uses what is gone: {users}": "ゲスト OS が失われたドライブをまだ使用しています: {users}",
    "The guest goes on without what is gone: {users}": "ゲスト OS は失われたドライブなしで動作を続けています: {users}",
    "It was not asked for its health": "健全性を問い合わせていません。",
    "It has not told how it is: {reason}": "健全性を取得できませんでした: {reason}",
    "Its controller answers": "コントローラは応答しています。",
    "The guest's kernel has given its controller up": "ゲスト OS のカーネルがコントローラを切り離しました。",
    "It warns that too few of its spare blocks are left": "予備ブロックの残りが少ないという警告が出ています。",
    "It does not tell how many spare blocks are left": "予備ブロックの残りを示しません。",
    "{spare} % of its spare blocks are left, and fewer than {threshold} % are too few": (
        "予備ブロックの残りは {spare} % です (しきい値 {threshold} %)。"
    ),
    "It does not tell what it warns of": "警告の内容を示しません。",
    "It warns that it is not reliable any more": "信頼性が低下しているという警告が出ています。",
    "It does not warn of its reliability": "信頼性に関する警告はありません。",
    "It warns that it can only be read": "読み取り専用になっているという警告が出ています。",
    "It does not warn that it can only be read": "読み取り専用の警告はありません。",
    "It warns that what backs its cache up has failed": (
        "キャッシュのバックアップ機構が故障したという警告が出ています。"
    ),
    "It does not warn of what backs its cache up": "キャッシュのバックアップ機構に関する警告はありません。",
    "It warns that its persistent memory region is not reliable": (
        "パーシステントメモリ領域の信頼性に関する警告が出ています。"
    ),
    "It does not warn of a persistent memory region": "パーシステントメモリ領域に関する警告はありません。",
    "It warns of something that is not known here: {words}": "未知の警告が出ています: {words}",
    "It warns of nothing else": "そのほかの警告はありません。",
    "It warns of its temperature": "温度の警告が出ています。",
    "It does not warn of its temperature": "温度の警告はありません。",
    "It does not tell how worn it is": "消耗の程度を示しません。",
    "{used} % of the life that its maker gives it are used": "メーカーの定める寿命の {used} % を使用しています。",
    "It does not tell how often it has lost data": "データ喪失の回数を示しません。",
    "It could not keep or read back data {errors} times": "データの保持または読み出しの失敗回数は {errors} 回です。",
}

_VALUES: Mapping[str, str] = {
    "attestation": "申告",
    "yes": "あり",
    "no": "なし",
    "guest: /proc, /sys/module, /sys/bus/pci": "ゲスト OS: /proc, /sys/module, /sys/bus/pci",
    "guest: /sys, /proc, lspci": "ゲスト OS: /sys, /proc, lspci",
    "guest: /proc, /sys/block": "ゲスト OS: /proc, /sys/block",
    "it was not asked for": "問い合わせの対象外です",
    "the account may not see its host": "アカウントにホストを参照する権限がありません",
    "the account may not see what its host is in": "アカウントにホストの所属先を参照する権限がありません",
    "the account may not see its host, or what that is in": "アカウントがホスト、またはその所属先を参照できません",
    "its hardware version is not known": "仮想ハードウェアのバージョンが分かりません",
    "its host has no contact with vCenter": "ホストが vCenter と通信していません",
    "vSphere does not show the host's advanced options": "vSphere がホストの詳細オプションを示しません",
    "guest: /sys/class/nvme": "ゲスト OS: /sys/class/nvme",
    "guest: NVMe log page 02h": "ゲスト OS: NVMe ログページ 02h",
    "no answer": "応答なし",
    (
        "Grant the account what is missing on the object that is named; docs/least_privilege.md lists what each "
        "module needs."
    ): (
        "示されたオブジェクトに対して不足している権限をアカウントに付与してください。各モジュールに必要な権限は "
        "docs/least_privilege.md にあります。"
    ),
    "Run the play again: it logs in anew and goes on from the state it reads.": (
        "プレイを再実行してください。ログインし直し、読み取った状態から続行します。"
    ),
    "Look at the recent tasks and events in vSphere, then run the play again.": (
        "vSphere で最近のタスクとイベントを確認してから、プレイを再実行してください。"
    ),
    "Check in vSphere that the host is connected, then run the play again.": (
        "ホストが接続されていることを vSphere で確認してから、プレイを再実行してください。"
    ),
    "Look for it in vSphere, then run the play again.": "vSphere で対象を探してから、プレイを再実行してください。",
    "vSphere Configuration Profiles": "vSphere 構成プロファイル",
}

_REPORT: Mapping[str, str] = {
    "This is a job of AWX. If it is a slice of another, the hosts and VMs of the others are not here.": (
        "AWX のジョブです。ジョブスライスの場合、ほかのスライスのホストと仮想マシンは含まれていません。"
    ),
    "hotplug_readiness_guest is false, so no guest was asked": (
        "hotplug_readiness_guest が false のため、ゲスト OS には問い合わせていません"
    ),
    "hotplug_verify_guest is false for this VM": "この仮想マシンでは hotplug_verify_guest が false です",
    "it is not known whether the VM runs": "仮想マシンが稼働しているかどうか不明です",
    "the VM does not run": "仮想マシンは稼働していません",
    "the run did not get to this guest": "このゲスト OS への問い合わせまで実行が進みませんでした",
    "it does not say of which VM it is, as only root may read its UUID; ask it as root": (
        "どの仮想マシンのゲスト OS か確認できません。UUID を読み取れるのは root だけです。root で接続してください"
    ),
    "what answers is not the guest of this VM, by its UUID; mend ansible_host in the inventory": (
        "UUID が一致せず、この仮想マシンのゲスト OS からの応答ではありません。"
        "インベントリの ansible_host を修正してください"
    ),
    "another VM of this report has the same BIOS UUID, so that the answer may be of its guest": (
        "このレポートに同じ BIOS UUID の仮想マシンがあり、そのゲスト OS からの応答の可能性があります"
    ),
    "it gave no answer that can be read": "読み取れる応答がありませんでした",
}

REQUIREMENTS: Mapping[str, str] = {**_TITLES, **_REMEDIES, **_EVIDENCE, **_VALUES, **_REPORT}
