using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace GradService.Api.Storage.Migrations;

/// <inheritdoc />
internal sealed partial class StoreNetworks : Migration
{
    /// <inheritdoc />
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable(
            name: "networks",
            columns: table => new
            {
                number = table.Column<long>(type: "INTEGER", nullable: false)
                    .Annotation("Sqlite:Autoincrement", true),
                id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                spec = table.Column<string>(type: "TEXT", nullable: false),
                input_shape = table.Column<string>(type: "TEXT", nullable: false),
                output_shape = table.Column<string>(type: "TEXT", nullable: false),
                parameter_count = table.Column<long>(type: "INTEGER", nullable: false),
                stored_bytes = table.Column<long>(type: "INTEGER", nullable: false),
                created_at = table.Column<long>(type: "INTEGER", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_networks", x => x.number);
                table.UniqueConstraint("AK_networks_id", x => x.id);
            });

        migrationBuilder.CreateTable(
            name: "names",
            columns: table => new
            {
                name = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                network_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                version = table.Column<Guid>(type: "TEXT", nullable: false),
                moved_at = table.Column<long>(type: "INTEGER", nullable: false)
            },
            constraints: table =>
            {
                table.PrimaryKey("PK_names", x => x.name);
                table.ForeignKey(
                    name: "FK_names_networks_network_id",
                    column: x => x.network_id,
                    principalTable: "networks",
                    principalColumn: "id",
                    onDelete: ReferentialAction.Restrict);
            });

        migrationBuilder.CreateIndex(
            name: "IX_names_network_id",
            table: "names",
            column: "network_id");
    }

    /// <inheritdoc />
    protected override void Down(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.DropTable(
            name: "names");

        migrationBuilder.DropTable(
            name: "networks");
    }
}
