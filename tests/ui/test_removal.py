"""The extension is switched off and on, and uninstalled: what it leaves behind works without it."""

MODULE = "bl_ext.user_default.mambatalk"


def test_switched_off_the_tab_is_gone_and_on_again_it_knows_the_take(performed):
    performed.ask(f"bpy.ops.preferences.addon_disable(module='{MODULE}')")
    assert not performed.value("hasattr(bpy.types, 'MAMBATALK_PT_main')")
    assert performed.value("len(curves())")
    performed.ask(f"bpy.ops.preferences.addon_enable(module='{MODULE}')")
    assert performed.value("module('addon.take.info').active(character()) == action()")
    performed.settle()


def test_uninstalled_its_folder_is_gone_and_the_animation_stays(performed):
    performed.ask(
        "with override():\n"
        "    names = [repo.module for repo in bpy.context.preferences.extensions.repos]\n"
        "    bpy.ops.extensions.package_uninstall(repo_index=names.index('user_default'), pkg_id='mambatalk')"
    )
    performed.until("not hasattr(bpy.types, 'MAMBATALK_PT_main')")
    assert performed.run("ls", "/tmp/home/blender/extensions/user_default/mambatalk").returncode
    assert performed.value("len(curves())")
    performed.ask("bpy.context.scene.frame_set(40)")
    performed.settle()
