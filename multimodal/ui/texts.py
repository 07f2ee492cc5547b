"""All words of the interface, one dictionary per language."""

from __future__ import annotations

import html
from typing import Any

import gradio as gr

from multimodal.ui.inside_texts import INSIDE

ENGLISH = {
    "tagline": "Stickers and emoji from a prompt, on your own machine.",
    "create": "Create",
    "prompt": "Prompt",
    "prompt_placeholder": "a red fox, a rocket and a star, 红苹果, …",
    "generate": "Generate",
    "stop": "Stop",
    "hotkeys": "Ctrl+Enter generates, Esc stops.",
    "pictures": "Pictures",
    "style": "Style",
    "style_any": "any",
    "style_3d": "3D",
    "style_color": "gradient",
    "style_flat": "flat",
    "style_line": "line",
    "style_noto": "Noto",
    "style_twemoji": "Twemoji",
    "speed": "Speed",
    "speed_fast": "Fast (4 steps)",
    "speed_balanced": "Balanced (12)",
    "speed_best": "Best (24)",
    "too_many": "{prompts} prompts with {count} pictures each are too many: at most {maximum} pictures at once.",
    "count": "Pictures",
    "seed": "Seed",
    "keep_seed_info": "Click a picture to take its seed.",
    "keep_seed": "Keep this seed",
    "advanced": "Advanced",
    "steps": "Steps",
    "steps_info": "More steps take longer and are finer.",
    "guidance": "Guidance",
    "guidance_info": "How closely to follow the prompt; 1 is off.",
    "sampler": "Sampler",
    "negative_prompt": "Negative prompt",
    "negative_info": "What should not be in the picture.",
    "vary_subtle": "More like this",
    "vary_strong": "Freer",
    "nothing_to_vary": "Generate a picture first, then ask for more like it.",
    "save_as": "Save as",
    "plain_png": "PNG with its settings",
    "bare_png": "PNG without its settings",
    "at_size": "The chosen picture at {size} pixels",
    "restore": "Take the settings from a PNG",
    "download": "Download",
    "download_all": "Download all",
    "examples": "Click an example to take its prompt and settings.",
    "starting": "Reading the prompt …",
    "running": "Step {step} of {steps}",
    "done": "{count} in {seconds:.1f} s on {device} · seed {seeds}",
    "stopped": "Stopped.",
    "tokens": "{used} of {room} tokens",
    "unknown": "No known name has “{word}”.",
    "nearest": "No known name has “{word}”; nearest known: {names}.",
    "dropped": "The prompt is too long. These words did not fit: {words}",
    "empty_prompt": "The prompt is empty: say what the picture should show.",
    "no_memory": "There is not enough memory for this. Ask for fewer pictures at once.",
    "failed": "This went wrong inside the app. It goes on; please try again.",
    "reconstruct": "Reconstruct",
    "reconstruct_about": "Drop a picture of up to 10 MB: the VQ-VAE makes it a grid of codes, and the codes a picture.",
    "upload": "Picture: PNG, JPEG or WebP",
    "compare": "Original (left) and reconstruction (right)",
    "difference": "Difference × 4",
    "difference_alt": "Where original and reconstruction differ: dark where they agree, bright where they do not",
    "index_map": "Codes of group {group}",
    "index_map_alt": "Grid of {width} by {height} codebook indices, each code in a colour of its own",
    "index_table": "The indices as numbers",
    "psnr": "PSNR, on white",
    "ssim": "SSIM, on white",
    "codes_bytes": "as codes",
    "file_bytes": "the file",
    "bytes": "{number} bytes",
    "ratio": "{ratio:.0f} times smaller",
    "different_codes": "different codes, per group",
    "try_one": "Or try one of these",
    "history": "History",
    "search": "Search the prompts",
    "starred_only": "Starred only",
    "use_settings": "Use its settings",
    "star": "★ Star",
    "delete": "Delete",
    "download_shown": "Download these",
    "bare": "Leave the settings out",
    "bare_info": "Only the names of the files to download then say the prompt and the seed.",
    "codebook": "Codebook",
    "codebook_about": "Every code as the patch it decodes to, most used first. Choose one to see where it is used.",
    "group": "Codebook",
    "group_name": "Group {group}",
    "codes": "Codes of group {group}: arrow keys move, Enter chooses",
    "code": "Code {code}",
    "code_used": "Code {code}, used {count} times",
    "usage": "Codes in use",
    "perplexity": "Perplexity",
    "counted": "Counted over all {pictures} training pictures.",
    "no_statistics": "This checkpoint has no codebook statistics, so the codes stand in their own order.",
    "usage_plot": "Share of all positions, by rank of the code",
    "rank": "rank of the code",
    "patch_alt": "The patch that code {code} decodes to",
    "heat_map": "Where in the pictures it stands",
    "heat_map_alt": "Heat map of the positions of code {code}, bright where it is most frequent",
    "most_in": "Training pictures that use it most",
    "times": "× {count}",
    "in_examples": "In training pictures",
    "in_last": "In the last picture",
    "in_last_none": "Generate or reconstruct a picture, and its codes are shown here too.",
    "not_in_last": "The last picture does not use this code.",
    "not_in_examples": "None of the bundled training pictures uses it.",
    "choose_code": "Choose a code.",
    "no_such_code": "There is no such code.",
}

CHINESE = {
    "tagline": "在自己的电脑上，用一句话生成贴纸和表情。",
    "create": "创作",
    "prompt": "提示词",
    "prompt_placeholder": "红苹果, a red fox, a rocket and a star, …",
    "generate": "生成",
    "stop": "停止",
    "hotkeys": "Ctrl+Enter 生成，Esc 停止。",
    "pictures": "图片",
    "style": "风格",
    "style_any": "任意",
    "style_3d": "3D",
    "style_color": "渐变",
    "style_flat": "扁平",
    "style_line": "线条",
    "style_noto": "Noto",
    "style_twemoji": "Twemoji",
    "speed": "速度",
    "speed_fast": "快速（4 步）",
    "speed_balanced": "均衡（12 步）",
    "speed_best": "最佳（24 步）",
    "too_many": "{prompts} 条提示词、每条 {count} 张太多了：一次最多 {maximum} 张。",
    "count": "数量",
    "seed": "种子",
    "keep_seed_info": "点击图片可取用它的种子。",
    "keep_seed": "保留此种子",
    "advanced": "高级设置",
    "steps": "步数",
    "steps_info": "步数越多越慢，也越细致。",
    "guidance": "引导强度",
    "guidance_info": "遵循提示词的程度；1 表示关闭。",
    "sampler": "采样器",
    "negative_prompt": "反向提示词",
    "negative_info": "图片中不应出现的内容。",
    "vary_subtle": "更多类似的",
    "vary_strong": "更自由的变化",
    "nothing_to_vary": "请先生成图片，再生成与之类似的。",
    "save_as": "保存为",
    "plain_png": "PNG（含设置）",
    "bare_png": "PNG（不含设置）",
    "at_size": "所选图片，{size} 像素",
    "restore": "从 PNG 读取设置",
    "download": "下载",
    "download_all": "全部下载",
    "examples": "点击示例即可取用其提示词和设置。",
    "starting": "正在读取提示词……",
    "running": "第 {step} 步，共 {steps} 步",
    "done": "{count} 张，用时 {seconds:.1f} 秒（{device}）· 种子 {seeds}",
    "stopped": "已停止。",
    "tokens": "{used} / {room} 个词元",
    "unknown": "已知名称中没有“{word}”。",
    "nearest": "已知名称中没有“{word}”；最接近的是：{names}。",
    "dropped": "提示词过长，以下内容未被采用：{words}",
    "empty_prompt": "提示词为空：请描述想要的图片。",
    "no_memory": "内存不足，请减少一次生成的图片数量。",
    "failed": "程序内部出错，但仍在运行；请再试一次。",
    "reconstruct": "重建",
    "reconstruct_about": "放入任意图片（不超过 10 MB）。VQ-VAE 会把它变成一小格编码，再由编码还原成图片。",
    "upload": "图片：PNG、JPEG 或 WebP",
    "compare": "原图（左）与重建（右）",
    "difference": "差异 × 4",
    "difference_alt": "原图与重建的差异：越暗越一致，越亮差别越大",
    "index_map": "第 {group} 组编码",
    "index_map_alt": "{width} × {height} 的码本索引，每个编码一种颜色",
    "index_table": "以数字显示索引",
    "psnr": "PSNR（白底）",
    "ssim": "SSIM（白底）",
    "codes_bytes": "编码大小",
    "file_bytes": "原文件",
    "bytes": "{number} 字节",
    "ratio": "缩小到 1/{ratio:.0f}",
    "different_codes": "各组不同编码数",
    "try_one": "或者试试这些",
    "history": "历史",
    "search": "搜索提示词",
    "starred_only": "只看收藏",
    "use_settings": "使用它的设置",
    "star": "★ 收藏",
    "delete": "删除",
    "download_shown": "下载这些",
    "bare": "不含设置",
    "bare_info": "下载的文件中不含提示词和种子，只有文件名里有。",
    "codebook": "码本",
    "codebook_about": "每个编码显示为它解码出的小块，最常用的在前。选择一个，查看它用在哪里。",
    "group": "码本",
    "group_name": "第 {group} 组",
    "codes": "第 {group} 组编码：方向键移动，回车选择",
    "code": "编码 {code}",
    "code_used": "编码 {code}，使用 {count} 次",
    "usage": "在用编码",
    "perplexity": "困惑度",
    "counted": "统计自全部 {pictures} 张训练图片。",
    "no_statistics": "此检查点没有码本统计，编码按自身顺序排列。",
    "usage_plot": "按编码排名的位置占比",
    "rank": "编码排名",
    "patch_alt": "编码 {code} 解码出的小块",
    "heat_map": "它在图片中的位置",
    "heat_map_alt": "编码 {code} 的位置热图，越亮越常见",
    "most_in": "使用它最多的训练图片",
    "times": "× {count}",
    "in_examples": "在训练图片中",
    "in_last": "在最近的图片中",
    "in_last_none": "生成或重建一张图片后，这里也会显示它的编码。",
    "not_in_last": "最近的图片没有使用这个编码。",
    "not_in_examples": "附带的训练图片都没有使用它。",
    "choose_code": "请选择一个编码。",
    "no_such_code": "没有这个编码。",
}

ENGLISH |= {key: english for key, (english, _) in INSIDE.items()}
CHINESE |= {key: chinese for key, (_, chinese) in INSIDE.items()}

LANGUAGES = {"en": ENGLISH, "zh": CHINESE, "zh-CN": CHINESE}
PREFIX = "multimodal_"  # keeps our keys apart from Gradio's own
TRANSLATIONS = gr.I18n(**{code: {PREFIX + key: text for key, text in words.items()} for code, words in LANGUAGES.items()})


def i18n(key: str) -> Any:
    """A label that the browser shows in its own language."""
    return TRANSLATIONS(PREFIX + key)


class Texts:
    """The words for one visitor, in the language that the browser asks for first."""

    def __init__(self, request: gr.Request | None = None) -> None:
        header = request.headers.get("accept-language", "") if request and request.headers else ""
        self.language = "zh" if header.lower().startswith("zh") else "en"
        self.words = LANGUAGES[self.language]

    def __call__(self, key: str, **values: object) -> str:
        """The text of a key, with its {places} filled."""
        return self.words[key].format(**values)

    def html(self, key: str, **values: object) -> str:
        """The same, safe to put into HTML."""
        return html.escape(self(key, **values))

    def problem(self, error: ValueError) -> str:
        """What a ValueError of the pipeline says, with the names that the page uses, safe to show as HTML."""
        message = str(error)
        for argument, key in ARGUMENTS.items():
            message = message.replace(argument, self.words[key])
        return html.escape(message[:300])


ARGUMENTS = {"num_inference_steps": "steps", "guidance_scale": "guidance", "num_images_per_prompt": "count"}
