"""The words of the Inside tab and of the names of a picture: key → (English, Chinese); `texts` takes them in."""

INSIDE = {
    "inside": ("Inside", "内部"),
    "inside_about": (
        "What happens between a prompt and its picture, which is drawn here as a whole, in 24 steps.",
        "看看从提示词到图片之间发生了什么。这里整幅图一次画出，共 24 步。",
    ),
    "look": ("Look inside", "查看内部"),
    "pieces": ("How the prompt is read", "提示词如何被读取"),
    "pieces_about": (
        "CLIP cuts the prompt into pieces that it knows, its tokens; of these alone it makes numbers.",
        "CLIP 把提示词切成它认识的小块（词元），再把它们变成数字。",
    ),
    "piece_tokens": ("{count} tokens", "{count} 个词元"),
    "near": ("The nearest known names", "最接近的已知名称"),
    "near_about": (
        "For CLIP, texts of one meaning lie close together; 1.00 is the same place. The nearest is what it understood.",
        "对 CLIP 来说，意思相近的文字彼此靠近：1.00 表示位置相同。排在前面的，就是它所理解的。",
    ),
    "attention": ("Where the DiT looks for each word", "DiT 为每个词看向哪里"),
    "attention_about": (
        "The brighter a place, the more it asked this word what to become. A map's colours have a scale of their own; the "
        "figure is the word's share of all attention. {rest} went to the start and the end of the prompt, which can stand "
        "for the whole of it.",
        "越亮的位置，越依靠这个词来决定画什么。每张图的颜色各有尺度；数字是该词占全部注意力的份额，"
        "另有 {rest} 落在提示词的开头和结尾，它们可以代表整句话。",
    ),
    "the_picture": ("the picture", "图片"),
    "heat_of_word": ("Heat map of the attention to “{word}”", "对“{word}”的注意力热图"),
    "layer": ("Layer", "层"),
    "layer_info": ("One block of the DiT, or the mean of all.", "DiT 的某一层，或所有层的平均。"),
    "all_layers": ("all", "全部"),
    "film": ("From noise to the picture", "从噪声到图片"),
    "film_about": (
        "What the DiT expected the picture to become, while t fell from 1, which is noise, to 0, which is the picture.",
        "t 从 1（噪声）降到 0（图片）的过程中，DiT 预计图片会变成的样子。",
    ),
    "film_step": ("step {step}, t = {t:.2f}", "第 {step} 步，t = {t:.2f}"),
    "changed": ("How many of the {codes} codes changed at each step", "每一步改变的编码数（共 {codes} 个）"),
    "step": ("step", "步"),
    "settled": ("The brighter, the later it settled", "越亮，定下得越晚"),
    "settled_alt": ("Heat map of the step at which each place got its final codes", "各处编码最终确定于哪一步的热图"),
    "animation": ("Download as an animation (GIF)", "下载动画（GIF）"),
    "restoration": ("Noise added, and taken away again", "加入噪声，再去除噪声"),
    "restoration_about": (
        "Noise covers the picture up to a time t, and the DiT restores it. What comes back in the first row only was no "
        "longer to be seen: the prompt told it.",
        "先用噪声把图片遮到时刻 t，再由 DiT 复原。只在第一行中复原的部分，噪声里已看不到，是提示词告诉它的。",
    ),
    "with_prompt": ("With the prompt", "有提示词"),
    "without_prompt": ("Without it", "没有提示词"),
    "restored": ("t = {t} · {psnr:.1f} dB", "t = {t} · {psnr:.1f} dB"),
    "restored_exactly": ("t = {t} · exact", "t = {t} · 完全一致"),
    "words": ("In words", "用词语描述"),
    "words_about": (
        "The names that CLIP takes to be likeliest. It often errs: of pictures that were held out from training, the "
        "bundled one finds the name of one in eight at once, of three in ten within five guesses.",
        "CLIP 认为最可能的名称。它常常出错：对训练中未见过的图片，内置的 CLIP 首选即正确的约八分之一，"
        "前五个中有正确名称的约十分之三。",
    ),
    "no_image_tower": (
        "The text encoder of this checkpoint has no image tower, so it cannot put a picture into words.",
        "此检查点的文本编码器没有图像塔，因此无法用词语描述图片。",
    ),
    "no_names": (
        "This checkpoint has no list of known names.",
        "此检查点没有已知名称的列表。",
    ),
}
