"""A user installs the zip, opens the sidebar, and presses *Try the Example*."""


def test_the_window_has_no_environment_of_ours_and_no_network(installed):
    assert installed.run("sh", "-c", "ls -d /mnt/.venv /root/.venv /work").stdout == ""
    assert installed.run("sh", "-c", "grep -c : /proc/net/dev").stdout.split() == ["1"], "more than the loopback"
    assert not installed.value("bpy.app.online_access")


def test_the_tab_has_the_panels_and_a_click_on_a_header_opens_one(sidebar):
    assert "MAMBATALK_PT_main" in sidebar.drawn()
    sidebar.open_panel("MAMBATALK_PT_advanced")
    assert "MAMBATALK_PT_advanced" in sidebar.drawn()


def test_the_example_gives_keys(example, sidebar):
    blender = sidebar.session
    assert blender.value('sum("rotation_quaternion" in curve.data_path for curve in curves())') == 220
    assert blender.value("max(len(curve.keyframe_points) for curve in curves())") > 2
    assert example < 150


def test_the_whole_body_is_in_view_and_the_timeline_shows_the_whole_take(example, blender):
    _, _, width, height = blender.value('rectangle(region_of("WINDOW"))')
    free = width - blender.value('region_of("UI").width')
    corners = blender.value("corners()")
    assert all(0 < x < free and 0 < y < height for x, y in corners), corners
    assert max(y for _, y in corners) - min(y for _, y in corners) > height / 2
    first, last = blender.value("timeline()")
    assert first <= 1
    assert last >= blender.value("bpy.context.scene.frame_end") > 700


def test_the_playhead_plays_and_the_body_moves(example, blender):
    blender.ask("bpy.ops.wm.open_mainfile(filepath='/mnt/example.blend')")
    blender.ask("bpy.context.scene.frame_set(30)")
    blender.settle()
    pictures = [blender.screenshot("playing_1")]
    blender.ask("with override():\n    bpy.ops.screen.animation_play()")
    blender.until("bpy.context.scene.frame_current > 42", 60)
    pictures.append(blender.screenshot("playing_2"))
    blender.ask("with override():\n    bpy.ops.screen.animation_cancel(restore_frame=False)")
    left, bottom, width, height = blender.value('rectangle(region_of("WINDOW"))')
    # The middle of the viewport, without toolbars and sidebar.
    corner = f"+{left + width // 8}+{blender.size[1] - bottom - height * 3 // 4}"
    cut = [f"/mnt/{path.name}[{width // 2}x{height // 2}{corner}]" for path in pictures]
    changed = blender.run("compare", "-metric", "AE", "-fuzz", "8%", *cut, "null:").stderr
    assert float(changed.split()[0]) > 300, f"only {changed} pixels changed"
